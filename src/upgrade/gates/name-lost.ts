import { textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { NODE } from './few.js';
import { isNodeReady } from './node-fault.js';
import { podName } from './pod-fault.js';
import type { Failure, Waiting } from './wait-for.js';
import { POD } from './workload.js';

const MOST_NODES = 5;
const LIMIT_MS = 3_000;

/**
 * What failed, and whether it did because a pod is on a node that is not Ready, where it neither starts nor ends: what tolerates
 * every taint is even scheduled there. Takes no longer than a moment. Never throws.
 */
export async function nameLost(
  client: ClusterClient,
  fault: Failure,
  { sleep }: Pick<Waiting, 'sleep'>,
): Promise<Failure> {
  const over = new AbortController();
  const late = sleep(LIMIT_MS, over.signal).then(() => fault);
  const named = await Promise.race([lookForLost(client, fault), late]);
  over.abort();
  return named;
}

async function lookForLost(client: ClusterClient, fault: Failure): Promise<Failure> {
  const byNode = new Map(fault.pods.map((pod) => [textAt(pod, 'spec', 'nodeName'), pod]));
  byNode.delete('');
  for (const [name, pod] of [...byNode].slice(0, MOST_NODES)) {
    const node = await client.get({ ...NODE, namespace: null, name }).catch(() => null);
    if (node === null || isNodeReady(node)) continue;
    const reason = `${fault.reason} ${podName(pod)} is on node ${name}, which is not Ready: it neither starts nor ends there. Repair that node; where it is gone for good, delete the Node object, and run again.`;
    return { ...fault, reason };
  }
  return fault;
}

/** The pods in a namespace; empty where they cannot be read. Never throws. */
export async function podsIn(client: ClusterClient, namespace: string): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  try {
    for await (const { items } of client.list(POD, { namespace })) found.push(...items);
  } catch {
    return found;
  }
  return found;
}
