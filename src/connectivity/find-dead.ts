import { listAt, numberAt, textAt } from '../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../ports/cluster-client.js';
import { POD } from '../upgrade/gates/workload.js';
import { inBatches } from '../upgrade/plan/in-batches.js';
import type { PodAt } from './probe.js';
import type { Tried } from './run-round.js';
import type { Baseline } from './verdict.js';

/** Pods of the test that do not run any more: how they stand, by name. */
export type DeadPods = ReadonlyMap<string, { readonly pod: PodAt; readonly state: string }>;

/**
 * Pods at the ends of what is wrong now and was right before that do not run themselves: nothing is known of those paths.
 *
 * @throws ClusterError
 */
export async function findDead(
  client: ClusterClient,
  tried: readonly Tried[],
  baseline: Baseline,
): Promise<DeadPods> {
  const wrong = tried.filter(({ probe, isRight }) => !isRight && baseline?.get(probe.key) !== false);
  const ends = new Map(wrong.flatMap(endsOf).map((pod) => [pod.name, pod] as const));
  const found = await inBatches([...ends.values()], async (pod) => {
    const { namespace, name } = pod;
    const state = deadState(await client.get({ ...POD, namespace, name }));
    return state === null ? [] : [[name, { pod, state }] as const];
  });
  return new Map(found.flat());
}

/** The pods that have to run for this to mean anything: one that answers, though it must not, is answer enough. */
function endsOf({ probe: { from, target, expected }, seen }: Tried): readonly PodAt[] {
  if (seen.kind === 'not-run') return [from];
  return target === null || expected === 'blocked' ? [] : [target];
}

/** What is dead at an end of this; null where both ends run. Pure. */
export function deadEnd(tried: Tried, dead: DeadPods): string | null {
  const [found] = endsOf(tried).flatMap(({ name }) => dead.get(name) ?? []);
  return found === undefined ? null : `the test’s own pod ${found.pod.name} does not run: ${found.state}`;
}

/** How a pod stands that does not run; null where it runs. Pure. */
export function deadState(pod: KubernetesObject | null): string | null {
  if (pod === null) return 'it is not there any more';
  if (pod.metadata.deletionTimestamp !== undefined) return 'somebody else deletes it';
  const statuses = listAt(pod, 'status', 'containerStatuses');
  // A pod may have a sidecar
  const status = statuses.find((one) => textAt(one, 'state', 'running', 'startedAt') === '');
  if (status === undefined && statuses.length > 0) return null;
  const said = [
    `phase ${textAt(pod, 'status', 'phase') || 'unknown'}`,
    textAt(pod, 'status', 'reason'),
    textAt(status, 'state', 'waiting', 'reason'),
    endOf(status, 'state') || endOf(status, 'lastState'),
  ];
  return said.filter((text) => text !== '').join(', ');
}

function endOf(status: unknown, field: 'state' | 'lastState'): string {
  const reason = textAt(status, field, 'terminated', 'reason');
  if (reason === '') return '';
  return `${reason} with exit status ${numberAt(status, field, 'terminated', 'exitCode') ?? 'unknown'}`;
}
