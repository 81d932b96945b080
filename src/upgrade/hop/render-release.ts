import { releaseByVersion } from '../../catalog/catalog.js';
import type { HelmRelease } from '../../cluster/calico-state.js';
import { listAt, textAt } from '../../cluster/fields.js';
import { EnvironmentError } from '../../errors.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Chart, Helm, HelmMove } from '../../ports/helm.js';
import { compareVersions, formatVersion, parseVersion, type Version } from '../../version/version.js';
import { parseManifest } from '../customisations/parse-manifest.js';

/** What a release is to come to on a hop. */
export interface RenderedRelease {
  readonly to: Version;
  readonly move: HelmMove;
  /** What the chart makes of the release's own values, but for definitions and Secrets. */
  readonly objects: readonly KubernetesObject[];
}

/** The chart of the operator, as upstream names it. */
export const CHART = 'tigera-operator';
const LEFT_OUT: ReadonlySet<string> = new Set(['Secret', 'CustomResourceDefinition']);
const REPLACE = 'Nothing was changed. Put upstream’s chart in its place.';

/**
 * Renders the chart of a hop with the release's own values, and holds it to what it should be.
 *
 * @throws EnvironmentError where Helm cannot render it, or it is of another release
 */
export async function renderRelease(
  helm: Helm,
  { name, namespace, values, isServerSide = false }: HelmRelease,
  chart: Chart,
  to: Version,
): Promise<RenderedRelease> {
  const facts = await helm.show(chart);
  const release = formatVersion(to);
  const isTargets = [facts.version, facts.appVersion || facts.version].every((text) => isOf(text, to));
  if (facts.name !== CHART || !isTargets) {
    throw new EnvironmentError(
      `${chart.from} is the chart ${facts.name} ${facts.version} of ${facts.appVersion || 'no release'}, and not ${CHART} ${release}.`,
      REPLACE,
    );
  }
  const move: HelmMove = { name, namespace, isServerSide, chart, values };
  const objects = objectsOf(await helm.render(move), chart).map((object) => ofRelease(object, move));
  requireOperator(objects, to);
  return { to, move, objects };
}

function isOf(text: string, to: Version): boolean {
  const version = parseVersion(text);
  return version !== null && compareVersions(version, to) === 0;
}

/** A parser's own words may quote what it reads, and with it what values hold. */
function objectsOf(manifest: string, { from }: Chart): readonly KubernetesObject[] {
  try {
    return parseManifest(manifest, from).filter(({ kind }) => !LEFT_OUT.has(kind));
  } catch {
    throw new EnvironmentError(`What Helm renders of ${from} cannot be read as objects.`, REPLACE);
  }
}

/** A value that names a version would bring another operator than the target's, and with it another Calico. */
function requireOperator(objects: readonly KubernetesObject[], to: Version): void {
  const release = formatVersion(to);
  const operator = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === CHART);
  const image = textAt(listAt(operator, 'spec', 'template', 'spec', 'containers')[0], 'image');
  const version = releaseByVersion.get(release)?.operator ?? null;
  if (operator !== undefined && (version === null || image.includes(`:${version}`))) return;
  throw new EnvironmentError(
    `With the values of the release, the chart of Calico ${release} ${operator ? `brings the operator ${image}, and it is ${version}` : 'has no operator'}.`,
    'Nothing was changed. Take tigeraOperator.version and tigeraOperator.image out of the values of the release (helm upgrade with the chart that is installed), and run again.',
  );
}

/**
 * An object with what Helm writes on all that a release has, so that it knows its own.
 * @see https://github.com/helm/helm/blob/v3.18.4/pkg/action/validate.go
 */
export function ofRelease(
  object: KubernetesObject,
  { name, namespace }: Pick<HelmMove, 'name' | 'namespace'>,
): KubernetesObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...metadata.annotations,
        'meta.helm.sh/release-name': name,
        'meta.helm.sh/release-namespace': namespace,
      },
    },
  };
}

/** Whether an object has the marks of a release. */
export function isOfRelease(
  { metadata }: KubernetesObject,
  move: Pick<HelmMove, 'name' | 'namespace'>,
): boolean {
  const { annotations } = metadata;
  return (
    annotations?.['meta.helm.sh/release-name'] === move.name &&
    annotations['meta.helm.sh/release-namespace'] === move.namespace
  );
}
