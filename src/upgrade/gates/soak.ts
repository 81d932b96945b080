import { listAt, textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { namedSources, NODE, podSources } from './few.js';
import { isNodeReady, unreadyNode } from './node-fault.js';
import { isPodReady, podName } from './pod-fault.js';
import { restartsOf } from './restarts.js';
import type { Lasts } from './stopwatch.js';
import { type Failure, type Seen, type Sight, waitFor, type Waiting } from './wait-for.js';

/** A pod goes with its node, and may be heard of before. */
const GONE_MS = 5_000;

/** Pods that were Ready when their soak began, and how long it is. */
export interface Soak {
  readonly pods: readonly KubernetesObject[];
  readonly soakMs: number;
}

/** Watches pods for their soak. @returns null where all stayed well; what one did, as soon as it did, otherwise */
export async function soak(
  client: ClusterClient,
  daemonSet: KubernetesObject,
  { pods, soakMs }: Soak,
  waiting: Waiting,
): Promise<Failure | null> {
  if (pods.length === 0 || soakMs === 0) return null;
  const nodes = [...new Set(pods.map((pod) => textAt(pod, 'spec', 'nodeName')))];
  const sources = [...podSources(daemonSet, nodes), ...namedSources(NODE, nodes)];
  const judge = (seen: Seen, lasts: Lasts): Sight => soakSight({ pods, soakMs }, seen, lasts);
  // The budget is for the API server to answer: the soak itself takes its time
  return waitFor(client, sources, judge, { ...waiting, timeoutMs: soakMs + waiting.timeoutMs });
}

/**
 * Whether pods stay as well as they were: the very same, Ready, without a restart, on nodes that are Ready. What is with a
 * node that left the cluster is no matter. Pure.
 */
export function soakSight({ pods, soakMs }: Soak, seen: Seen, lasts: Lasts): Sight {
  const all = seen.flat();
  const nodes = new Map(all.filter(({ kind }) => kind === 'Node').map((node) => [node.metadata.name, node]));
  const live = new Map(all.filter(({ kind }) => kind === 'Pod').map((pod) => [pod.metadata.uid, pod]));
  for (const pod of pods) {
    const node = nodes.get(textAt(pod, 'spec', 'nodeName'));
    if (!node) continue;
    const now = live.get(pod.metadata.uid);
    const fault = isNodeReady(node) ? changeOf(pod, now, lasts) : unreadyNode(node);
    if (fault !== null) return { kind: 'failed', reason: `in the soak: ${fault}`, pods: [now ?? pod] };
  }
  const seconds = Math.round(soakMs / 1000);
  return lasts('soak', soakMs)
    ? { kind: 'done' }
    : { kind: 'waiting', reason: `the new pods have to stay well for ${seconds} s` };
}

/** What a pod did that was well; null where it still is. */
function changeOf(before: KubernetesObject, now: KubernetesObject | undefined, lasts: Lasts): string | null {
  const name = podName(before);
  if (!now || now.metadata.deletionTimestamp !== undefined) {
    return lasts(`${name} deleted`, GONE_MS) ? `${name} was deleted by somebody else.` : null;
  }
  if (restartsOf(now) > restartsOf(before)) return `${name} restarted.`;
  if (isPodReady(now)) return null;
  const said = listAt(now, 'status', 'conditions').find(({ type }) => type === 'Ready');
  const message = textAt(said, 'message');
  return `${name} is not Ready any more${message === '' ? '.' : `: ${message}`}`;
}
