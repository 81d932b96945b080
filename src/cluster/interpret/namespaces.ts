import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Terminating } from '../cluster-state.js';
import { listAt, textAt } from '../fields.js';

/** A namespace that is being deleted; null for any other. The reason is empty where the namespace gives none. */
export function readTerminating(namespace: KubernetesObject): Terminating | null {
  const since = namespace.metadata.deletionTimestamp;
  if (since === undefined) return null;
  const problems = listAt(namespace, 'status', 'conditions')
    .filter((condition) => condition['status'] === 'True')
    .map((condition) => `${textAt(condition, 'reason')}: ${textAt(condition, 'message')}`);
  return { namespace: namespace.metadata.name, since, reason: problems.join('; ') };
}
