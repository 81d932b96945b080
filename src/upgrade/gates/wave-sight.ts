import { textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { isNodeReady, nodeFault } from './node-fault.js';
import { isPodReady } from './pod-fault.js';
import { hashOf } from './revision.js';
import { WARM_UP_MS } from './slow-pod.js';
import type { Lasts } from './stopwatch.js';
import type { Seen, Sight } from './wait-for.js';
import { faultOf } from './workload.js';

/** The nodes of a wave, and how their new pods are told from others. */
export interface WavePods {
  readonly nodes: ReadonlySet<string>;
  /** Of the DaemonSet's present revision. */
  readonly hash: string;
  /** By uid, pods that were told to go, though what is seen of them may not say so yet. */
  readonly leaving?: ReadonlySet<string | undefined>;
}

/** What is seen of a wave. Nodes are in the cluster, and pods on them; those that are to go are neither fresh nor stale. */
export interface SortedWave {
  readonly nodes: readonly KubernetesObject[];
  /** Pods of the revision. */
  readonly fresh: readonly KubernetesObject[];
  /** Other pods. */
  readonly stale: readonly KubernetesObject[];
  /** Nodes with a pod, whichever. */
  readonly occupied: ReadonlySet<string>;
}

/** @param seen pods and nodes; others are no matter */
export function sortWave({ nodes: names, hash, leaving }: WavePods, seen: Seen): SortedWave {
  const all = seen.flat();
  const nodes = all.filter(({ kind, metadata }) => kind === 'Node' && names.has(metadata.name));
  const there = new Set(nodes.map(({ metadata }) => metadata.name));
  const pods = all.filter((one) => one.kind === 'Pod' && there.has(nodeOf(one)));
  const staying = pods.filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined && !leaving?.has(metadata.uid),
  );
  return {
    nodes,
    fresh: staying.filter((pod) => hashOf(pod) === hash),
    stale: staying.filter((pod) => hashOf(pod) !== hash),
    occupied: new Set(pods.map(nodeOf)),
  };
}

/**
 * Whether each node of a wave is Ready and has a pod of the revision that is Ready. It will not be where a pod will not, a
 * node is lost, or nobody makes a pod on one that has none. Pure.
 */
export function waveSight({ nodes, fresh, occupied }: SortedWave, lasts: Lasts): Sight {
  const byNode = new Map(fresh.map((pod) => [nodeOf(pod), pod]));
  const wanting = nodes.filter((node) => {
    const pod = byNode.get(node.metadata.name);
    return pod === undefined || !isPodReady(pod) || !isNodeReady(node);
  });
  if (wanting.length === 0) return { kind: 'done' };
  const own = wanting.flatMap(({ metadata: { name } }) => byNode.get(name) ?? []);
  const fault = faultOf(own, lasts);
  if (fault !== null) return { kind: 'failed', ...fault };
  const lost = wanting.map((node) => nodeFault(node, lasts)).find((one) => one !== null);
  if (lost) return { kind: 'failed', reason: lost, pods: own };
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
    reason: `${wanting.length} of ${nodes.length} nodes have no new pod that is Ready, ${wanting[0]?.metadata.name ?? ''} for one`,
    pods: own,
  };
}

function nodeOf(pod: KubernetesObject): string {
  return textAt(pod, 'spec', 'nodeName');
}
