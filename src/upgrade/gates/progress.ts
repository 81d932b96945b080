import { numberAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { type Failure, type Judge, type Seen, type Source, waitFor, type Waiting } from './wait-for.js';

/** What counts the pods of DaemonSets and Deployments that have come on. */
const COUNTS = [
  'updatedNumberScheduled',
  'numberAvailable',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
] as const;
/** As long as a timer can be. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * As {@link waitFor}, for what controllers roll out by themselves, a few pods at a time: the budget is for each few, and
 * begins anew with each pod that is new or available as never before. Where many nodes take long together, none of them does.
 */
export async function untilNoProgress(
  client: ClusterClient,
  sources: readonly Source[],
  judge: Judge,
  waiting: Waiting,
): Promise<Failure | null> {
  const { timeoutMs } = waiting;
  let best = -1;
  const paced: Judge = (seen, lasts) => {
    best = Math.max(best, progressOf(seen));
    const isLate = lasts(`progress ${best}`, timeoutMs);
    const sight = judge(seen, lasts);
    if (sight.kind !== 'waiting' || !isLate) return sight;
    const reason = `no progress within ${Math.round(timeoutMs / 1000)} s: ${sight.reason}`;
    return { ...sight, kind: 'failed', reason };
  };
  return waitFor(client, sources, paced, { ...waiting, timeoutMs: NEVER_MS, answerMs: timeoutMs });
}

function progressOf(seen: Seen): number {
  const isWorkload = ({ kind }: KubernetesObject): boolean => kind === 'DaemonSet' || kind === 'Deployment';
  return seen
    .flat()
    .filter(isWorkload)
    .flatMap((workload) => COUNTS.map((name) => numberAt(workload, 'status', name) ?? 0))
    .reduce((sum, count) => sum + count, 0);
}
