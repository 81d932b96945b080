import { listAt, numberAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** Reasons to wait that do not go away by waiting. */
const FATAL: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'SignatureValidationFailed',
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'RunContainerError',
]);
/** A container may crash once while what it needs is on its way. */
const MOST_CRASHES = 3;

/** Why a pod will not become ready by itself; null where it may. */
export function podFault(pod: KubernetesObject): string | null {
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap((list) =>
    listAt(pod, 'status', list),
  );
  for (const status of statuses) {
    const reason = textAt(status, 'state', 'waiting', 'reason');
    const crashes = numberAt(status, 'restartCount') ?? 0;
    if (!FATAL.has(reason) && !(reason === 'CrashLoopBackOff' && crashes >= MOST_CRASHES)) continue;
    const message = textAt(status, 'state', 'waiting', 'message');
    const container = textAt(status, 'name');
    return `Pod ${pod.metadata.namespace}/${pod.metadata.name}, container ${container}: ${reason}${message === '' ? '' : ` (${message})`}`;
  }
  return null;
}

/** Whether a pod is Ready and is to stay. */
export function isPodReady(pod: KubernetesObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  return listAt(pod, 'status', 'conditions').some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  );
}
