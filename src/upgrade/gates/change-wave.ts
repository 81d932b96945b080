import { listAt, numberAt, textAt } from '../../cluster/fields.js';
import { nameOf } from '../../cluster/object-name.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  ObjectReference,
} from '../../ports/cluster-client.js';
import type { Wave } from '../engine/step.js';
import { inBatches } from '../plan/in-batches.js';
import { isPodReady, podFault } from './pod-fault.js';
import { hashOf, newestHash } from './revision.js';
import { INTERRUPTED, type Seen, type Sight, waitFor, type Waiting } from './wait-for.js';
import { POD, REVISIONS, selectorOf, sourceOf } from './workload.js';

/**
 * Makes the pods of a wave's nodes anew that are not of the DaemonSet's present revision, or are and will not become ready
 * by themselves; then waits until each node has one that is, Ready, on a node that is Ready, and all stay so for the soak.
 * Nodes that are there already take no time, and those that left the cluster take no part.
 *
 * @returns null where it is done; why not, otherwise
 */
export async function changeWave(
  client: ClusterClient,
  { daemonSet, nodes: planned, soakMs, isWherePodsAre = false }: Wave,
  waiting: Waiting,
): Promise<string | null> {
  const unseen = await waitFor(client, [sourceOf(daemonSet)], observed(daemonSet), waiting);
  if (unseen !== null) return unseen;
  const live = await client.get(daemonSet);
  if (live === null) return `${nameOf(daemonSet)} is not there any more.`;
  const hash = await currentHash(client, live);
  if (hash === null) return `${nameOf(daemonSet)} has no revision, so it cannot be told which pods are new.`;
  const own = (await listOwn(client, POD, live)).filter((pod) => isOwnedBy(live, pod));
  const inhabited = new Set(own.map(nodeOf));
  const nodes = (await readNodes(client, planned))
    .map(({ metadata }) => metadata.name)
    .filter((name) => !isWherePodsAre || inhabited.has(name));
  const stale = own.filter((pod) => nodes.includes(nodeOf(pod)) && isToGo(pod, hash));
  await deletePods(client, stale, waiting.signal);
  const judge = ([pods = []]: Seen): Sight => waveSight(nodes, hash, pods);
  const failure =
    (await waitFor(client, [ownSource(live)], judge, waiting)) ?? (await findUnready(client, nodes));
  if (failure !== null || stale.length === 0 || soakMs === 0) return failure;
  await waiting.sleep(soakMs, waiting.signal);
  if (waiting.signal.aborted) return INTERRUPTED;
  // What was well and is not after the soak gets no second time
  const sight = waveSight(nodes, hash, await listOwn(client, POD, live));
  if (sight.kind !== 'done') return `after ${Math.round(soakMs / 1000)} s of soak: ${sight.reason}`;
  return findUnready(client, nodes);
}

/** The hash of a DaemonSet's present revision; null where it has none yet. */
export async function currentHash(
  client: ClusterClient,
  daemonSet: KubernetesObject,
): Promise<string | null> {
  const revisions = REVISIONS['DaemonSet'];
  return revisions ? newestHash(daemonSet, await listOwn(client, revisions, daemonSet)) : null;
}

/** Whether each node has a pod of the revision that is Ready. Pure. */
export function waveSight(nodes: readonly string[], hash: string, pods: readonly KubernetesObject[]): Sight {
  const fresh = pods.filter((pod) => hashOf(pod) === hash && pod.metadata.deletionTimestamp === undefined);
  const byNode = new Map(fresh.map((pod) => [nodeOf(pod), pod]));
  const wanting = nodes.filter((node) => {
    const pod = byNode.get(node);
    return pod === undefined || !isPodReady(pod);
  });
  if (wanting.length === 0) return { kind: 'done' };
  const fault = wanting
    .flatMap((node) => byNode.get(node) ?? [])
    .map(podFault)
    .find((found) => found !== null);
  if (fault) return { kind: 'failed', reason: fault };
  const [first = ''] = wanting;
  return {
    kind: 'waiting',
    reason: `${wanting.length} of ${nodes.length} nodes have no new pod that is Ready, ${first} for one`,
  };
}

/** All objects of a kind that carry the labels of a workload's pods. */
export async function listOwn(
  client: ClusterClient,
  kind: ObjectKind,
  workload: KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  let found: KubernetesObject[] = [];
  const { namespace = null } = workload.metadata;
  for await (const { items, isRestart } of client.list(kind, {
    namespace,
    labelSelector: selectorOf(workload),
  })) {
    found = isRestart ? [...items] : [...found, ...items];
  }
  return found;
}

function ownSource(daemonSet: KubernetesObject) {
  const { namespace = null } = daemonSet.metadata;
  return { kind: POD, options: { namespace, labelSelector: selectorOf(daemonSet) } };
}

function observed(reference: ObjectReference): (seen: Seen) => Sight {
  return ([objects = []]) => {
    const [object] = objects;
    if (!object) return { kind: 'failed', reason: `${nameOf(reference)} was deleted.` };
    const { generation = 0 } = object.metadata;
    if ((numberAt(object, 'status', 'observedGeneration') ?? 0) >= generation) return { kind: 'done' };
    return { kind: 'waiting', reason: `${nameOf(reference)} was not looked at by its controller yet` };
  };
}

async function deletePods(
  client: ClusterClient,
  pods: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<void> {
  const there = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await inBatches(there, async ({ metadata }) => {
    const { name, namespace = null, uid } = metadata;
    if (signal.aborted) return;
    await client.delete({ ...POD, namespace, name }, uid === undefined ? {} : { uid });
  });
}

/** Those of the nodes that are in the cluster. */
async function readNodes(
  client: ClusterClient,
  names: readonly string[],
): Promise<readonly KubernetesObject[]> {
  const found = await inBatches(names, (name) =>
    client.get({ apiVersion: 'v1', kind: 'Node', namespace: null, name }),
  );
  return found.filter((node) => node !== null);
}

async function findUnready(client: ClusterClient, nodes: readonly string[]): Promise<string | null> {
  const unready = (await readNodes(client, nodes)).find(
    (node) =>
      !listAt(node, 'status', 'conditions').some(
        (condition) => condition['type'] === 'Ready' && condition['status'] === 'True',
      ),
  );
  return unready ? `Node ${unready.metadata.name} is not Ready.` : null;
}

/** A label alone does not make a pod one of a DaemonSet's. */
function isOwnedBy({ metadata: { uid } }: KubernetesObject, { metadata }: KubernetesObject): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}

/** A new pod that an earlier run left broken waits longer from try to try: one made anew begins at once. */
function isToGo(pod: KubernetesObject, hash: string): boolean {
  return hashOf(pod) !== hash || podFault(pod) !== null;
}

function nodeOf(pod: KubernetesObject): string {
  return textAt(pod, 'spec', 'nodeName');
}
