import { releaseByVersion } from '../../catalog/catalog.js';
import { chartValue, isRead } from '../../catalog/chart-values.js';
import type { HelmRelease } from '../../cluster/cluster-state.js';
import { formatVersion, type Version } from '../../version/version.js';
import type { Customisation } from './customisation.js';
import { joinField } from './field-path.js';
import { isFields } from '../../cluster/fields.js';

/** Values that hold passwords and keys. */
const SECRET = /^(?:imagePullSecrets[.[]|certs\.\w+\.(?:key|cert|caBundle)$)/;

/**
 * The values that the user gave a Helm release of the chart tigera-operator. All of them are the user's, and are passed
 * on, unless the target's chart does not read them, or they name a version.
 */
export function helmCustomisations(release: HelmRelease, target: Version): Customisation[] {
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: release.namespace,
    name: `sh.helm.release.v1.${release.name}.v${release.revision}`,
  };
  return leavesOf(release.values, '').map(([field, value]) => ({
    object,
    field,
    upstream: undefined,
    live: SECRET.test(field) ? '(hidden)' : value,
    target: pinOf(field, target) ?? undefined,
    ...outcomeOf(field, value, target),
  }));
}

function outcomeOf(
  field: string,
  value: unknown,
  target: Version,
): Pick<Customisation, 'outcome' | 'reason'> {
  const release = formatVersion(target);
  const pin = pinOf(field, target);
  if (pin !== null && pin !== value) {
    return {
      outcome: 'conflicting',
      reason: `It holds a version that is not the one of Calico ${release}, ${pin}: leave it out.`,
    };
  }
  const known = chartValue(field);
  if (!known) return { outcome: 'dropped', reason: 'No chart of Calico reads it.' };
  if (isRead(known, target)) return { outcome: 'kept', reason: null };
  if (known.movedTo === null)
    return { outcome: 'dropped', reason: `The chart of Calico ${release} does not read it.` };
  return {
    outcome: 'conflicting',
    reason: `The chart of Calico ${release} reads ${known.movedTo} in its place: move the value.`,
  };
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
