import { type Fields, listAt, numberAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { slowFault } from './slow-pod.js';
import type { Lasts } from './stopwatch.js';

/** Reasons to wait that do not go away by waiting. */
const FATAL: ReadonlySet<string> = new Set([
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
/** What a kubelet says in turns of an image that it cannot pull. */
const UNPULLED: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);
/**
 * How long an image may fail to be pulled. A kubelet tries again 10 s after the first failure, a little later by chance,
 * and that try has to have its time: a registry that was away for a moment is no bad image.
 *
 * @see https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
 */
export const PULL_HEALS_MS = 20_000;
/** A container may crash once while what it needs is on its way. */
const MOST_CRASHES = 3;

/**
 * Why a pod will not become ready by itself; null where it may: a container that cannot be started, an image that was not
 * pulled for {@link PULL_HEALS_MS}, crashes one after another, and what {@link slowFault} says of one that runs.
 */
export function podFault(pod: KubernetesObject, lasts: Lasts): string | null {
  const name = podName(pod);
  for (const { status, reason } of waitingOf(pod)) {
    const container = textAt(status, 'name');
    if (UNPULLED.has(reason)) {
      if (!lasts(`${pod.metadata.uid} ${container} not pulled`, PULL_HEALS_MS)) continue;
    } else if (!isHopeless(status, reason)) continue;
    const message = textAt(status, 'state', 'waiting', 'message');
    return `${name}, container ${container}: ${reason}${message === '' ? '' : ` (${message})`}`;
  }
  const slow = slowFault(pod, lasts);
  return slow === null ? null : `${name}, ${slow}`;
}

/** Whether a kubelet has given a container of a pod up for now, and waits longer from try to try. */
export function isStuck(pod: KubernetesObject): boolean {
  return waitingOf(pod).some(
    ({ status, reason }) => reason === 'ImagePullBackOff' || isHopeless(status, reason),
  );
}

/** Whether a pod is Ready and is to stay. */
export function isPodReady(pod: KubernetesObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  return listAt(pod, 'status', 'conditions').some(
    (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
  );
}

/** `Pod kube-system/calico-node-x7k2p`. */
export function podName({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `Pod ${namespace}/${name}`;
}

function isHopeless(status: Fields, reason: string): boolean {
  return (
    FATAL.has(reason) ||
    (reason === 'CrashLoopBackOff' && (numberAt(status, 'restartCount') ?? 0) >= MOST_CRASHES)
  );
}

function waitingOf(pod: KubernetesObject): readonly { readonly status: Fields; readonly reason: string }[] {
  return ['initContainerStatuses', 'containerStatuses']
    .flatMap((list) => listAt(pod, 'status', list))
    .map((status) => ({ status, reason: textAt(status, 'state', 'waiting', 'reason') }));
}
