import { numberAt, textAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  ObjectReference,
} from '../../ports/cluster-client.js';
import type { Wave } from '../engine/step.js';
import { inBatches } from '../plan/in-batches.js';
import { namedSources, NODE, podSources } from './few.js';
import { createSettled, isSame, lookBack, type Settled, soakOwed } from './look-back.js';
import { isOwnedBy } from './owner.js';
import { isStuck } from './pod-fault.js';
import { newestHash } from './revision.js';
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
import { sortWave, type WavePods, waveSight } from './wave-sight.js';
import { POD, REVISIONS, selectorOf, sourceOf } from './workload.js';

/** Pods that are told to go at a time: those of a wave are to go together, as far as can be. */
const DELETIONS = 16;

/**
 * Makes the pods of a wave's nodes anew that are not of the DaemonSet's present revision, or are and will not become ready
 * by themselves; then waits until each node has one that is, Ready, on a node that is Ready, and all stay so for the soak.
 * Nodes that are there already take no time, but the last of them their soak before others change: the run that changed them
 * may have died in it. Those that leave the cluster take no part from then on. Nothing begins
 * where a node that was changed before is not well any more, and nothing goes on where the DaemonSet was changed meanwhile.
 *
 * @param settled the nodes that were changed before; this wave's are added
 * @returns null where it is done; why not, otherwise
 */
export async function changeWave(
  client: ClusterClient,
  wave: Wave,
  waiting: Waiting,
  settled: Settled = createSettled(waiting.now),
): Promise<Failure | null> {
  const { daemonSet } = wave;
  const unseen = await waitFor(client, [sourceOf(daemonSet)], observed(daemonSet), waiting);
  if (unseen !== null) return unseen;
  const live = await client.get(daemonSet);
  if (live === null) return failure(`${nameOf(daemonSet)} is not there any more.`);
  if (!settled.isOfOneKind(live)) return failure(edited(live));
  const hash = await currentHash(client, live);
  if (hash === null)
    return failure(`${nameOf(daemonSet)} has no revision, so it cannot be told which pods are new.`);
  if (settled.isDue()) {
    const pods = (await listAll(client, allPods(live))).filter((pod) => isOwnedBy(pod, live));
    const unwell = await lookBack(client, live, { pods, hash, settled }, waiting);
    if (unwell !== null) return unwell;
  }
  const changed = await makeAnew(client, { live, hash, wave, settled }, waiting);
  if (!('pods' in changed)) return changed.failure;
  const { pods, isNew } = changed;
  const { soakMs } = wave;
  if (!isNew) settled.owe({ pods, soakMs });
  const fault = isNew ? await soak(client, live, { pods, soakMs }, waiting) : null;
  if (fault === null) settled.remember(pods);
  return fault;
}

/** What a wave is about: the DaemonSet as it is, and the hash of its present revision. */
interface Change {
  readonly live: KubernetesObject;
  readonly hash: string;
  readonly wave: Wave;
  readonly settled: Settled;
}

/** The new pods of a wave, Ready, and whether any of them was made by it; why there are none, where it failed. */
type Changed =
  { readonly pods: readonly KubernetesObject[]; readonly isNew: boolean } | { readonly failure: Failure };

/** What is seen may be late: a pod that is to go is told so once it is seen, however late that is. */
async function makeAnew(
  client: ClusterClient,
  { live, hash, wave: { daemonSet, nodes, isWherePodsAre = false }, settled }: Change,
  waiting: Waiting,
): Promise<Changed> {
  const sources = [sourceOf(daemonSet), ...podSources(live, nodes), ...namedSources(NODE, nodes)];
  const end = waiting.now() + waiting.timeoutMs;
  const leaving = new Set<string | undefined>();
  let wave: WavePods | null = null;
  let fresh: readonly KubernetesObject[] = [];
  let toGo: readonly KubernetesObject[] = [];
  const judge = (seen: Seen, lasts: Lasts): Sight => {
    const isFirst = wave === null;
    wave ??= { nodes: new Set(isWherePodsAre ? nodesWithPods(nodes, seen) : nodes), hash, leaving };
    const sorted = sortWave(wave, seen);
    ({ fresh } = sorted);
    // A new pod that an earlier run left broken waits longer from try to try: one made anew begins at once
    const broken = isFirst ? fresh.filter(isStuck) : [];
    toGo = [...sorted.stale, ...broken].filter((pod) => isOwnedBy(pod, live));
    const edit = editSight(live, seen);
    if (edit !== null) return edit;
    return toGo.length > 0 ? { kind: 'done' } : waveSight(sorted, lasts);
  };
  for (;;) {
    const timeoutMs = Math.max(0, end - waiting.now());
    const fault = await waitFor(client, sources, judge, { ...waiting, timeoutMs });
    if (fault !== null) return { failure: fault };
    if (toGo.length === 0) return { pods: fresh, isNew: leaving.size > 0 };
    const unwell = await soakOwed(client, live, settled, waiting);
    if (unwell !== null) return { failure: unwell };
    // Pods of a revision that is newer still are none of ours to delete, and may be heard of before what they are made of
    const now = await client.get(daemonSet);
    if (now === null || !isSame(live, now)) return { failure: failure(edited(live)) };
    await deletePods(client, toGo, waiting.signal);
    for (const { metadata } of toGo) leaving.add(metadata.uid);
  }
}

function nodesWithPods(nodes: readonly string[], seen: Seen): readonly string[] {
  const inhabited = new Set(seen.flat().map(nodeOf));
  return nodes.filter((name) => inhabited.has(name));
}

/** Looks once more at the nodes that waves changed, and lets those soak that still have to. @returns null where all are well; why not, otherwise */
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
  const unwell = await soakOwed(client, live, settled, waiting);
  if (unwell !== null) return unwell;
  return lookBack(client, live, { pods: await listAll(client, allPods(live)), hash, settled }, waiting);
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
  return listAll(client, { kind, options: { namespace, labelSelector: selectorOf(workload) } });
}

function allPods(daemonSet: KubernetesObject): Source {
  const { namespace = null } = daemonSet.metadata;
  return { kind: POD, options: { namespace, labelSelector: selectorOf(daemonSet) } };
}

async function listAll(
  client: ClusterClient,
  { kind, options }: Source,
): Promise<readonly KubernetesObject[]> {
  let all: KubernetesObject[] = [];
  for await (const { items, isRestart } of client.list(kind, options)) {
    all = isRestart ? [...items] : [...all, ...items];
  }
  return all;
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

/** Failed where the DaemonSet is not what it was when the wave began: its new pods are not those that were waited for. */
function editSight(live: KubernetesObject, seen: Seen): Sight | null {
  const now = seen.flat().find(({ kind }) => kind === live.kind);
  if (!now) return { kind: 'failed', reason: `${nameOf(referenceOf(live))} was deleted.` };
  return isSame(live, now) ? null : { kind: 'failed', reason: edited(live) };
}

function edited(daemonSet: KubernetesObject): string {
  return `${nameOf(referenceOf(daemonSet))} was changed by somebody else in the middle of its waves, so its new pods are not what was planned.`;
}

async function deletePods(
  client: ClusterClient,
  pods: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<void> {
  const there = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await inBatches(
    there,
    async ({ metadata }) => {
      const { name, namespace = null, uid } = metadata;
      if (signal.aborted) return;
      await client.delete({ ...POD, namespace, name }, { signal, ...(uid === undefined ? {} : { uid }) });
    },
    DELETIONS,
  );
}

function nodeOf(pod: KubernetesObject): string {
  return textAt(pod, 'spec', 'nodeName');
}
