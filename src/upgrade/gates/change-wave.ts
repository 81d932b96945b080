import { numberAt, textAt } from '../../cluster/fields.js';
import { nameOf } from '../../cluster/object-name.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  ObjectReference,
} from '../../ports/cluster-client.js';
import type { Wave } from '../engine/step.js';
import { inBatches } from '../plan/in-batches.js';
import { FEW, namedSources, NODE, podSources } from './few.js';
import { createSettled, lookBack, type Settled } from './look-back.js';
import { isStuck } from './pod-fault.js';
import { hashOf, newestHash } from './revision.js';
import { soak } from './soak.js';
import type { Lasts } from './stopwatch.js';
import {
  type Failure,
  failure,
  type Seen,
  type Sight,
  type Source,
  waitFor,
  type Waiting,
} from './wait-for.js';
import { freshPods, waveSight } from './wave-sight.js';
import { POD, REVISIONS, selectorOf, sourceOf } from './workload.js';

/**
 * Makes the pods of a wave's nodes anew that are not of the DaemonSet's present revision, or are and will not become ready
 * by themselves; then waits until each node has one that is, Ready, on a node that is Ready, and all stay so for the soak.
 * Nodes that are there already take no time, and those that leave the cluster take no part from then on. Nothing begins
 * where a node that was changed before is not well any more.
 *
 * @param settled the nodes that were changed before; this wave's are added
 * @returns null where it is done; why not, otherwise
 */
export async function changeWave(
  client: ClusterClient,
  { daemonSet, nodes: planned, soakMs, isWherePodsAre = false }: Wave,
  waiting: Waiting,
  settled: Settled = createSettled(waiting.now),
): Promise<Failure | null> {
  const unseen = await waitFor(client, [sourceOf(daemonSet)], observed(daemonSet), waiting);
  if (unseen !== null) return unseen;
  const live = await client.get(daemonSet);
  if (live === null) return failure(`${nameOf(daemonSet)} is not there any more.`);
  const hash = await currentHash(client, live);
  if (hash === null)
    return failure(`${nameOf(daemonSet)} has no revision, so it cannot be told which pods are new.`);
  const looksBack = settled.isDue();
  const sources = looksBack || planned.length > FEW ? [allPods(live)] : podSources(live, planned);
  const own = (await listAll(client, sources)).filter((pod) => isOwnedBy(live, pod));
  const unwell = looksBack ? await lookBack(client, live, { pods: own, hash, settled }, waiting) : null;
  if (unwell !== null) return unwell;
  const inhabited = new Set(own.map(nodeOf));
  const nodes = planned.filter((name) => !isWherePodsAre || inhabited.has(name));
  if (nodes.length === 0) return null;
  const stale = own.filter((pod) => nodes.includes(nodeOf(pod)) && isToGo(pod, hash));
  await deletePods(client, stale, waiting.signal);
  let well: readonly KubernetesObject[] = [];
  const judge = (seen: Seen, lasts: Lasts): Sight => {
    well = freshPods(nodes, hash, seen);
    return waveSight(nodes, hash, seen, lasts);
  };
  const watched = [...podSources(live, nodes), ...namedSources(NODE, nodes)];
  const fault =
    (await waitFor(client, watched, judge, waiting)) ??
    (stale.length === 0 ? null : await soak(client, live, { pods: well, soakMs }, waiting));
  if (fault === null) settled.remember(well);
  return fault;
}

/** Looks once more at the nodes that waves changed. @returns null where all are well; why not, otherwise */
export async function lookBackAt(
  client: ClusterClient,
  daemonSet: ObjectReference,
  settled: Settled,
  waiting: Waiting,
): Promise<Failure | null> {
  if (!settled.hasAny()) return null;
  const live = await client.get(daemonSet);
  const hash = live && (await currentHash(client, live));
  if (!live || hash === null) return failure(`${nameOf(daemonSet)} has no revision any more.`);
  return lookBack(client, live, { pods: await listAll(client, [allPods(live)]), hash, settled }, waiting);
}

/** The hash of a DaemonSet's present revision; null where it has none yet. */
export async function currentHash(
  client: ClusterClient,
  daemonSet: KubernetesObject,
): Promise<string | null> {
  const revisions = REVISIONS['DaemonSet'];
  return revisions ? newestHash(daemonSet, await listOwn(client, revisions, daemonSet)) : null;
}

/** All objects of a kind that carry the labels of a workload's pods. */
export async function listOwn(
  client: ClusterClient,
  kind: ObjectKind,
  workload: KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  const { namespace = null } = workload.metadata;
  return listAll(client, [{ kind, options: { namespace, labelSelector: selectorOf(workload) } }]);
}

function allPods(daemonSet: KubernetesObject): Source {
  const { namespace = null } = daemonSet.metadata;
  return { kind: POD, options: { namespace, labelSelector: selectorOf(daemonSet) } };
}

async function listAll(
  client: ClusterClient,
  sources: readonly Source[],
): Promise<readonly KubernetesObject[]> {
  const found = await inBatches(sources, async ({ kind, options }) => {
    let all: KubernetesObject[] = [];
    for await (const { items, isRestart } of client.list(kind, options)) {
      all = isRestart ? [...items] : [...all, ...items];
    }
    return all;
  });
  return found.flat();
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

/** A label alone does not make a pod one of a DaemonSet's. */
function isOwnedBy({ metadata: { uid } }: KubernetesObject, { metadata }: KubernetesObject): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}

/** A new pod that an earlier run left broken waits longer from try to try: one made anew begins at once. */
function isToGo(pod: KubernetesObject, hash: string): boolean {
  return hashOf(pod) !== hash || isStuck(pod);
}

function nodeOf(pod: KubernetesObject): string {
  return textAt(pod, 'spec', 'nodeName');
}
