import { textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { Gate } from '../engine/step.js';
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
  gate: Gate,
  fault: Failure,
  { sleep }: Pick<Waiting, 'sleep'>,
): Promise<Failure> {
  const over = new AbortController();
  const late = sleep(LIMIT_MS, over.signal).then(() => fault);
  const named = lookForLost(client, gate, fault).catch(() => fault);
  const first = await Promise.race([named, late]);
  over.abort();
  return first;
}

async function lookForLost(client: ClusterClient, gate: Gate, fault: Failure): Promise<Failure> {
  const pods = gate.kind === 'gone' ? await podsThatStay(client, gate.objects) : fault.pods;
  const byNode = new Map(pods.map((pod) => [textAt(pod, 'spec', 'nodeName'), pod]));
  byNode.delete('');
  for (const [name, pod] of [...byNode].slice(0, MOST_NODES)) {
    const node = await client.get({ ...NODE, namespace: null, name });
    if (node === null || isNodeReady(node)) continue;
    const reason = `${fault.reason} ${podName(pod)} is on node ${name}, which is not Ready: it neither starts nor ends there. Repair that node; where it is gone for good, delete the Node object, and run again.`;
    return { ...fault, reason };
  }
  return fault;
}

/** What keeps namespaces that are to go. */
async function podsThatStay(
  client: ClusterClient,
  objects: readonly ObjectReference[],
): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for (const { name } of objects.filter(({ kind }) => kind === 'Namespace')) {
    for await (const { items } of client.list(POD, { namespace: name })) found.push(...items);
  }
  return found;
}
