import { textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { isNodeReady, nodeFault } from './node-fault.js';
import { isPodReady } from './pod-fault.js';
import { hashOf } from './revision.js';
import { WARM_UP_MS } from './slow-pod.js';
import type { Lasts } from './stopwatch.js';
import type { Seen, Sight } from './wait-for.js';
import { faultOf } from './workload.js';

/**
 * Whether each node of a wave that is in the cluster is Ready and has a pod of the revision that is Ready. It will not be
 * where a pod will not, a node is lost, or nobody makes a pod on one that has none. Pure.
 *
 * @param seen pods and nodes; others are no matter
 */
export function waveSight(nodes: readonly string[], hash: string, seen: Seen, lasts: Lasts): Sight {
  const there = nodesOf(nodes, seen);
  const pods = freshPods(nodes, hash, seen);
  const byNode = new Map(pods.map((pod) => [nodeOf(pod), pod]));
  const wanting = there.filter((node) => {
    const pod = byNode.get(node.metadata.name);
    return pod === undefined || !isPodReady(pod) || !isNodeReady(node);
  });
  if (wanting.length === 0) return { kind: 'done' };
  const own = wanting.flatMap(({ metadata: { name } }) => byNode.get(name) ?? []);
  const fault = faultOf(own, lasts);
  if (fault !== null) return { kind: 'failed', ...fault };
  const lost = wanting.map((node) => nodeFault(node, lasts)).find((one) => one !== null);
  if (lost) return { kind: 'failed', reason: lost, pods: own };
  const occupied = new Set(seen.flat().filter(isPod).map(nodeOf));
  const bare = wanting
    .map(({ metadata }) => metadata.name)
    .filter((name) => !occupied.has(name) && lasts(`no pod on ${name}`, WARM_UP_MS));
  if (bare[0] !== undefined)
    return {
      kind: 'failed',
      reason: `Node ${bare[0]} has no pod of the DaemonSet any more, and gets none: see its labels, taints and events.`,
    };
  return {
    kind: 'waiting',
    reason: `${wanting.length} of ${there.length} nodes have no new pod that is Ready, ${wanting[0]?.metadata.name ?? ''} for one`,
    pods: own,
  };
}

/** Pods of the revision on nodes of a wave that are in the cluster; those that are to go are none. */
export function freshPods(nodes: readonly string[], hash: string, seen: Seen): readonly KubernetesObject[] {
  const names = new Set(nodesOf(nodes, seen).map(({ metadata }) => metadata.name));
  return seen
    .flat()
    .filter(isPod)
    .filter(
      (pod) => names.has(nodeOf(pod)) && hashOf(pod) === hash && pod.metadata.deletionTimestamp === undefined,
    );
}

function nodesOf(names: readonly string[], seen: Seen): readonly KubernetesObject[] {
  const wanted = new Set(names);
  return seen.flat().filter(({ kind, metadata }) => kind === 'Node' && wanted.has(metadata.name));
}

function isPod({ kind }: KubernetesObject): boolean {
  return kind === 'Pod';
}

function nodeOf(pod: KubernetesObject): string {
  return textAt(pod, 'spec', 'nodeName');
}
