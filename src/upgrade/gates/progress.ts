import { numberAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { type Failure, type Judge, type Seen, type Source, waitFor, type Waiting } from './wait-for.js';

/** What counts the pods of DaemonSets and Deployments that have come on. */
const UPDATED = ['updatedNumberScheduled', 'updatedReplicas'] as const;
const AVAILABLE = ['numberAvailable', 'availableReplicas'] as const;
/** As long as a timer can be. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * As {@link waitFor}, for what controllers roll out by themselves, a few pods at a time: the budget is for each few, and
 * begins anew with each pod that is new or available as never before, counted anew with each new template. Where many nodes
 * take long together, none of them does. A controller that keeps still until a pod has been well for so long
 * (`minReadySeconds`) has that time besides.
 */
export async function untilNoProgress(
  client: ClusterClient,
  sources: readonly Source[],
  judge: Judge,
  waiting: Waiting,
): Promise<Failure | null> {
  const { timeoutMs } = waiting;
  const bests = new Map<string, Best>();
  const paced: Judge = (seen, lasts) => {
    for (const workload of workloadsOf(seen)) {
      const name = nameOf(referenceOf(workload));
      bests.set(name, betterOf(bests.get(name), workload));
    }
    const budgetMs = timeoutMs + keptStillMs(seen);
    const counts = [...bests].map(([name, { count }]) => `${name} ${count}`);
    const isLate = lasts(`progress: ${counts.join(', ')}`, budgetMs);
    const sight = judge(seen, lasts);
    if (sight.kind !== 'waiting' || !isLate) return sight;
    const reason = `no progress within ${Math.round(budgetMs / 1000)} s: ${sight.reason}`;
    return { ...sight, kind: 'failed', reason };
  };
  return waitFor(client, sources, paced, { ...waiting, timeoutMs: NEVER_MS, answerMs: timeoutMs });
}

/** How far a workload had come, at the most, with its template. */
interface Best {
  readonly generation: number;
  readonly updated: number;
  readonly count: number;
}

function betterOf(best: Best | undefined, workload: KubernetesObject): Best {
  const sumOf = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (numberAt(workload, 'status', name) ?? 0), 0);
  const generation = sumOf('observedGeneration');
  const updated = sumOf(...UPDATED);
  const now = { generation, updated, count: updated + sumOf(...AVAILABLE) };
  // A new template has no new pods yet; one that only says something else beside it keeps those it has
  const isNewTemplate = best !== undefined && generation > best.generation && updated < best.updated;
  if (best === undefined || isNewTemplate) return now;
  return { ...now, count: Math.max(best.count, now.count) };
}

function keptStillMs(seen: Seen): number {
  const seconds = workloadsOf(seen).map((workload) => numberAt(workload, 'spec', 'minReadySeconds') ?? 0);
  return Math.max(0, ...seconds) * 1000;
}

function workloadsOf(seen: Seen): readonly KubernetesObject[] {
  return seen.flat().filter(({ kind }) => kind === 'DaemonSet' || kind === 'Deployment');
}
