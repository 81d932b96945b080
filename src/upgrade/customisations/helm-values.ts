import { releaseByVersion } from '../../catalog/catalog.js';
import { chartDefault, chartValue, isRead } from '../../catalog/chart-values.js';
import type { HelmRelease } from '../../cluster/calico-state.js';
import { asFields, canonicalText, isFields, without } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { formatVersion, parseVersion, type Version } from '../../version/version.js';
import { type SchemaProblem, validateStoredObject } from '../stored-objects/validate.js';
import type { Customisation } from './customisation.js';
import { joinField } from './field-path.js';
import { defaultAt } from './schema-default.js';
import {
  type InReleases,
  KEPT,
  outcomeBySchema,
  outcomeByUpstream,
  type StandingValue,
} from './standing-value.js';

/** Values that hold passwords and keys. */
const SECRET = /^(?:imagePullSecrets[.[]|certs\.\w+\.(?:key|cert|caBundle)$)/;
const OPERATOR = 'operator.tigera.io/v1';
/** Values that the chart writes into a resource of the operator as they are, all but `enabled`. */
const RESOURCES: Readonly<Record<string, string>> = {
  installation: 'Installation',
  apiServer: 'APIServer',
  goldmane: 'Goldmane',
  whisker: 'Whisker',
};

/** What values hold that nobody may see, in every form in which a chart or Helm may say it. */
export function secretTexts(values: HelmRelease['values']): readonly string[] {
  const texts = leavesOf(values, '').flatMap(([path, value]) =>
    SECRET.test(path) && typeof value === 'string' ? [value, ...value.split('\n')] : [],
  );
  const forms = texts.flatMap((text) => [text.trim(), Buffer.from(text).toString('base64')]);
  // A short line is no secret, and would blot out everything
  return forms.filter(({ length }) => length >= 6).sort((a, b) => b.length - a.length);
}

/** The definition of a kind of the operator's in the installed release and in the target. */
export type DefinitionsOf = (kind: string) => InReleases;

/**
 * The values that the user gave a Helm release of the chart tigera-operator, but for those that the installed chart says
 * itself. All are passed on, unless the target's chart does not read them, its definitions do not take them, they name a
 * version, or the target's chart says something else than the installed one.
 */
export function helmCustomisations(
  release: HelmRelease,
  target: Version,
  definitionsOf: DefinitionsOf = () => ({ installed: null, target: null }),
): Customisation[] {
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: release.namespace,
    name: `sh.helm.release.v1.${release.name}.v${release.revision}`,
  };
  const problems = problemsByValue(release, definitionsOf);
  const installed = parseVersion(release.chartVersion);
  return leavesOf(release.values, '')
    .map(([path, value]): StandingValue => ({
      path,
      value,
      upstream:
        (installed ? chartDefault(path, installed) : undefined) ??
        specDefault(path, 'installed', definitionsOf),
      target: pinOf(path, target) ?? chartDefault(path, target) ?? specDefault(path, 'target', definitionsOf),
    }))
    .filter(({ value, upstream }) => canonicalText(value) !== canonicalText(upstream))
    .map((value) => ({
      object,
      field: value.path,
      upstream: value.upstream,
      live: SECRET.test(value.path) ? '(hidden)' : value.value,
      target: value.target,
      ...outcomeOf(value, target, problems.get(resourceOf(value.path) ?? '') ?? []),
    }));
}

function outcomeOf(
  value: StandingValue,
  target: Version,
  problems: readonly SchemaProblem[],
): Pick<Customisation, 'outcome' | 'reason'> {
  const release = formatVersion(target);
  const pin = pinOf(value.path, target);
  if (pin === value.value) return KEPT;
  if (pin !== null) {
    return {
      outcome: 'conflicting',
      reason: `It holds a version that is not the one of Calico ${release}, ${pin}: leave it out.`,
    };
  }
  const known = chartValue(value.path);
  if (!known) return { outcome: 'dropped', reason: 'No chart of Calico reads it.' };
  if (isRead(known, target))
    return outcomeBySchema(specPath(value.path), problems) ?? outcomeByUpstream(value);
  if (known.movedTo === null)
    return { outcome: 'dropped', reason: `The chart of Calico ${release} does not read it.` };
  return {
    outcome: 'conflicting',
    reason: `The chart of Calico ${release} reads ${known.movedTo} in its place: move the value.`,
  };
}

/** The value that is a resource's spec: `installation` of `installation.calicoNetwork.mtu`; null for any other. */
function resourceOf(path: string): string | null {
  const [name = ''] = /^\w+/.exec(path) ?? [];
  return name in RESOURCES && path !== `${name}.enabled` ? name : null;
}

/** `installation.calicoNetwork.mtu` as the resource has it: `spec.calicoNetwork.mtu`. */
function specPath(path: string): string {
  const name = resourceOf(path);
  return name === null ? '' : `spec${path.slice(name.length)}`;
}

function specDefault(path: string, release: keyof InReleases, definitionsOf: DefinitionsOf): unknown {
  const name = resourceOf(path);
  const definition = name === null ? null : definitionsOf(RESOURCES[name] ?? '')[release];
  return defaultAt(definition, OPERATOR, specPath(path));
}

/** What the target's definitions say against the resources that the values make, by the value that makes each. */
function problemsByValue(
  { values }: HelmRelease,
  definitionsOf: DefinitionsOf,
): ReadonlyMap<string, readonly SchemaProblem[]> {
  return new Map(
    Object.entries(RESOURCES).flatMap(([name, kind]) => {
      const { target } = definitionsOf(kind);
      const given = asFields(values[name]);
      if (!target || !given) return [];
      const resource: KubernetesObject = {
        apiVersion: OPERATOR,
        kind,
        metadata: { name: 'default' },
        spec: without(given, 'enabled'),
      };
      return [[name, validateStoredObject(resource, target)] as const];
    }),
  );
}

/** The version that a value has to name for the target, if it names one at all; null for other values. */
function pinOf(field: string, target: Version): string | null {
  const release = formatVersion(target);
  if (field === 'calicoctl.tag') return release;
  return field === 'tigeraOperator.version' ? (releaseByVersion.get(release)?.operator ?? null) : null;
}

function leavesOf(value: unknown, path: string): (readonly [string, unknown])[] {
  const fields = isFields(value) ? Object.entries(value) : [];
  if (fields.length === 0) return path === '' ? [] : [[path, value]];
  return fields.flatMap(([name, field]) => leavesOf(field, joinField(path, name)));
}
