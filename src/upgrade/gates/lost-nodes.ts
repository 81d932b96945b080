import { listAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { isNodeReady, nodeFault } from './node-fault.js';
import { isOwnedBy } from './owner.js';
import { hashOf, newestHash } from './revision.js';
import type { Lasts } from './stopwatch.js';
import { isObserved, targetNode } from './workload.js';

/** What a DaemonSet runs on, and is rolled out by. */
export interface RolledOut {
  readonly revisions: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  readonly nodes: readonly KubernetesObject[];
}

export interface LostNodes {
  /** Why the rollout will not come to its end; null where it may. */
  readonly fault: string | null;
  /** What is waited for: nodes that run the new pod, and get the time to come back. */
  readonly waits: readonly string[];
}

/**
 * Nodes that nobody hears of while a controller rolls out a DaemonSet by itself: one that has no new pod yet gets none,
 * and holds up the others. Pure.
 */
export function lostNodes(
  daemonSet: KubernetesObject,
  { revisions, pods, nodes }: RolledOut,
  lasts: Lasts,
): LostNodes {
  const lost = nodes.filter((node) => !isNodeReady(node));
  if (lost.length === 0) return { fault: null, waits: [] };
  const hash = isObserved(daemonSet) ? newestHash(daemonSet, revisions) : null;
  const own = pods.filter((pod) => isOwnedBy(pod, daemonSet));
  let fault: string | null = null;
  const waits: string[] = [];
  for (const node of lost) {
    const there = own.filter((pod) => targetNode(pod) === node.metadata.name);
    if (there.length === 0) continue;
    const reason = nodeFault(node, lasts);
    if (reason === null) continue;
    // Until its controller has looked at it again nobody knows which pods are new
    const mayBeNew = hash === null || there.some((pod) => hashOf(pod) === hash && wasWell(pod));
    if (mayBeNew) waits.push(reason);
    else fault ??= reason;
  }
  return { fault, waits };
}

/** Whether a pod was well when its kubelet was last heard of: after that the pod is not Ready, and its containers are. */
function wasWell(pod: KubernetesObject): boolean {
  const containers = listAt(pod, 'status', 'containerStatuses');
  return containers.length > 0 && containers.every(({ ready }) => ready === true);
}
