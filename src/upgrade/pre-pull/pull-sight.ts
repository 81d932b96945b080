import { listAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** What a pod that pulls says. `image` and `pod` do not heal by waiting. */
export type PullSight =
  | { readonly kind: 'pulled' }
  | { readonly kind: 'waiting'; readonly reason: string }
  /** The node cannot pull an image. */
  | { readonly kind: 'image'; readonly image: string; readonly reason: string; readonly message: string }
  /** The node does not take the pod, or threw it out. */
  | { readonly kind: 'pod'; readonly reason: string };

/** Reasons to wait that a kubelet gives when it has given up, or pauses before it tries once more. */
const FATAL: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'SignatureValidationFailed',
]);
/**
 * Reasons that come only once the image is there: a kubelet has it before it makes the container.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/kubelet/kuberuntime/kuberuntime_container.go
 */
const AFTER_PULL: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'PreCreateHookError',
  'CreateContainerError',
  'PreStartHookError',
  'RunContainerError',
  'PostStartHookError',
  'CrashLoopBackOff',
]);

/** How one container of a pod stands. */
interface ContainerSight {
  readonly image: string;
  readonly isPulled: boolean;
  /** Of a container that waits; empty where none is given. */
  readonly reason: string;
  readonly message: string;
}

/** How far a pod that pulls has come. Pure. */
export function pullSight(pod: KubernetesObject): PullSight {
  const containers = containersOf(pod);
  const refused = containers.find(({ reason }) => FATAL.has(reason));
  if (refused) return { kind: 'image', ...refused };
  const [next] = containers.filter(({ isPulled }) => !isPulled);
  if (next === undefined) return { kind: 'pulled' };
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { kind: 'pod', reason: joined(textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')) };
  }
  return { kind: 'waiting', reason: `${next.image}: ${joined(next.reason || phase, next.message)}` };
}

/** What the runtime said about images that it could not pull this time, by image: more than a pause that follows says. */
export function pullErrors(pod: KubernetesObject): ReadonlyMap<string, string> {
  const failing = containersOf(pod).filter(({ reason }) => reason === 'ErrImagePull');
  return new Map(failing.map(({ image, message }) => [image, message]));
}

function containersOf(pod: KubernetesObject): readonly ContainerSight[] {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  return listAt(pod, 'spec', 'containers').map((container) => {
    const status = statuses.find(({ name }) => name === container['name']);
    const reason = textAt(status, 'state', 'waiting', 'reason');
    return {
      image: textAt(container, 'image'),
      isPulled: textAt(status, 'imageID') !== '' || AFTER_PULL.has(reason),
      reason,
      message: textAt(status, 'state', 'waiting', 'message'),
    };
  });
}

function joined(reason: string, message: string): string {
  if (message === '') return reason === '' ? 'no reason is given' : reason;
  return reason === '' ? message : `${reason} (${message})`;
}
