import { textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { namedSources, NODE, podSources } from './few.js';
import { isNodeReady, unreadyNode } from './node-fault.js';
import { isPodReady, podName } from './pod-fault.js';
import { restartsOf } from './restarts.js';
import { type Soak, soak } from './soak.js';
import type { Lasts } from './stopwatch.js';
import { type Failure, type Seen, type Sight, waitFor, type Waiting } from './wait-for.js';
import { sortWave, type WavePods, waveSight } from './wave-sight.js';

/** A container that was well may restart once: its node may, too. */
const MOST_RESTARTS = 1;
/** Pods of so many nodes are looked at before each wave; of more, every so often only. */
const MANY = 100;
const EVERY_MS = 30_000;

/** What is remembered of nodes that were changed: the restarts of their pods, by uid, when their soak was over. */
export interface Settled {
  readonly remember: (pods: readonly KubernetesObject[]) => void;
  /** Whether there is something to look back at, and enough time has gone by since the last look. */
  readonly isDue: () => boolean;
  readonly hasAny: () => boolean;
  /** Whether the DaemonSet is what it was when it was first asked for: no two revisions of it are mixed. */
  readonly isOfOneKind: (daemonSet: KubernetesObject) => boolean;
  /** How often a pod restarted since it was well; null where it is not remembered. */
  readonly restartsSince: (pod: KubernetesObject) => number | null;
  /** Pods that were new already: the run that made them may have died in their soak. Those of the last such wave count. */
  readonly owe: (soak: Soak) => void;
  /** What is owed, once; null where nothing is. */
  readonly takeOwed: () => Soak | null;
}

/** @param now milliseconds */
export function createSettled(now: () => number): Settled {
  const restarts = new Map<string, number>();
  let lookedAt = -Infinity;
  let first: KubernetesObject | null = null;
  let owed: Soak | null = null;
  return {
    remember(pods) {
      for (const pod of pods) restarts.set(pod.metadata.uid ?? '', restartsOf(pod));
    },
    isDue() {
      if (restarts.size === 0 || (restarts.size > MANY && now() - lookedAt < EVERY_MS)) return false;
      lookedAt = now();
      return true;
    },
    hasAny: () => restarts.size > 0,
    isOfOneKind(daemonSet) {
      first ??= daemonSet;
      return isSame(first, daemonSet);
    },
    restartsSince(pod) {
      const before = restarts.get(pod.metadata.uid ?? '');
      return before === undefined ? null : restartsOf(pod) - before;
    },
    owe(wave) {
      if (wave.pods.length > 0) owed = wave;
    },
    takeOwed() {
      const taken = owed;
      owed = null;
      return taken;
    },
  };
}

/** Watches the pods of a wave that an earlier run may have died in. @returns null where all stayed well, or none is owed */
export async function soakOwed(
  client: ClusterClient,
  daemonSet: KubernetesObject,
  settled: Settled,
  waiting: Waiting,
): Promise<Failure | null> {
  const owed = settled.takeOwed();
  return owed === null ? null : soak(client, daemonSet, owed, waiting);
}

/** Whether an object was neither changed nor made anew: what its controller says of it is no change. */
export function isSame({ metadata: before }: KubernetesObject, { metadata: now }: KubernetesObject): boolean {
  return before.uid === now.uid && before.generation === now.generation;
}

/**
 * Whether nodes that were changed before are still as well as they were when their soak was over: what crashes later has
 * to be seen before more nodes get it. One that is not Ready gets the time to become so, and a node that nobody hears of the
 * time to come back, or to leave: machines come and go in the hours that many waves take.
 *
 * @param pods of the DaemonSet, as they are now
 * @param hash of its present revision
 * @returns null where all are well; why not, otherwise
 */
export async function lookBack(
  client: ClusterClient,
  daemonSet: KubernetesObject,
  { pods, hash, settled }: { readonly pods: readonly KubernetesObject[]; hash: string; settled: Settled },
  waiting: Waiting,
): Promise<Failure | null> {
  const unwell = pods.filter((pod) => {
    const since = settled.restartsSince(pod);
    return since !== null && (since > MOST_RESTARTS || !isPodReady(pod));
  });
  if (unwell.length === 0) return null;
  const nodes = [...new Set(unwell.map((pod) => textAt(pod, 'spec', 'nodeName')))];
  const wave: WavePods = { nodes: new Set(nodes), hash };
  const judge = (seen: Seen, lasts: Lasts): Sight =>
    crashSight(seen, settled) ?? lostSight(nodes, seen) ?? waveSight(sortWave(wave, seen), lasts);
  const sources = [...podSources(daemonSet, nodes), ...namedSources(NODE, nodes)];
  const fault = await waitFor(client, sources, judge, waiting);
  if (fault === null) return null;
  return { ...fault, reason: `a node that was changed before is not well any more: ${fault.reason}` };
}

function lostSight(names: readonly string[], seen: Seen): Sight | null {
  const lost = seen
    .flat()
    .find((one) => one.kind === 'Node' && names.includes(one.metadata.name) && !isNodeReady(one));
  return lost ? { kind: 'waiting', reason: unreadyNode(lost) } : null;
}

/** Failed where a pod that was well crashed again and again since; null where none did. Pure. */
export function crashSight(seen: Seen, settled: Settled): Sight | null {
  const pods = seen.flat().filter(({ kind }) => kind === 'Pod');
  const crashed = pods.find((pod) => (settled.restartsSince(pod) ?? 0) > MOST_RESTARTS);
  if (!crashed) return null;
  const reason = `${podName(crashed)} on node ${textAt(crashed, 'spec', 'nodeName')} restarted ${settled.restartsSince(crashed)} times since its soak was over.`;
  return { kind: 'failed', reason, pods: [crashed] };
}
