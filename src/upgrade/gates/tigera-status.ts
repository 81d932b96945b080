import { type Fields, listAt, numberAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Lasts } from './stopwatch.js';

/**
 * Reasons to be Degraded that somebody has to put right. What a status says before its operator runs is not its own: one
 * that has just started is leader after 15 s at most, and needs its time to read the cluster and write.
 *
 * @see https://github.com/tigera/operator/blob/v1.40.8/api/v1/tigerastatus_types.go
 */
const HOPELESS = [
  'InvalidConfigurationError',
  'ResourceValidationError',
  'ResourceRenderingError',
  'ImageSetError',
  'CertificateError',
  'MigrationError',
  'UpgradeError',
];
const HOPELESS_MS = 60_000;
/** A healthy upgrade takes two minutes from end to end, and is Degraded for some seconds of them, now and then. */
const DEGRADED_MS = 120_000;

/**
 * Why the operator will not come to an end by itself, as a TigeraStatus says it; null where it may: Degraded for a minute
 * without a pause for a reason that does not heal, or for two minutes for whatever reason.
 */
export function statusFault(status: KubernetesObject, lasts: Lasts): string | null {
  const { name } = status.metadata;
  const degraded = conditionsOf(status).get('Degraded');
  if (textAt(degraded, 'status') !== 'True') return null;
  const said = `${textAt(degraded, 'reason')}: ${textAt(degraded, 'message')}`;
  const isHopeless = HOPELESS.some((reason) => said.includes(reason));
  // Both are asked for: a reason that changes does not begin anew
  const isLong = lasts(`TigeraStatus ${name} Degraded`, DEGRADED_MS);
  const isLost = isHopeless && lasts(`TigeraStatus ${name} hopeless`, HOPELESS_MS);
  return isLong || isLost ? `TigeraStatus ${name} is Degraded, and stays so (${said})` : null;
}

/** What a TigeraStatus lacks to be well; empty where it is. */
export function statusWait(status: KubernetesObject, installation: KubernetesObject | undefined): string[] {
  const { name } = status.metadata;
  const conditions = conditionsOf(status);
  const is = (type: string): boolean => textAt(conditions.get(type), 'status') === 'True';
  // The status `calico` is about the Installation; older operators do not say which generation they have seen
  const generation = name === 'calico' ? (installation?.metadata.generation ?? 0) : 0;
  const isCurrent = [...conditions.values()].every(
    (condition) => (numberAt(condition, 'observedGeneration') ?? generation) >= generation,
  );
  if (is('Available') && !is('Progressing') && !is('Degraded') && isCurrent) return [];
  const said = ['Degraded', 'Progressing']
    .map((type) => textAt(conditions.get(type), 'message'))
    .find(Boolean);
  return [`TigeraStatus ${name} is not well${said ? ` (${said})` : ''}`];
}

function conditionsOf(status: KubernetesObject): ReadonlyMap<string, Fields> {
  return new Map(
    listAt(status, 'status', 'conditions').map((condition) => [textAt(condition, 'type'), condition]),
  );
}
