import type { ClusterClient } from '../../ports/cluster-client.js';
import { deletePods, makePods, type PodOutcome } from '../make-pods.js';
import { podName } from '../name-pod.js';
import type { PodAt } from '../probe.js';
import type { Layer7 } from '../scene.js';
import type { PodsThere, Staffing, StaffOptions } from '../staff-nodes.js';
import { LAYER7_NAMESPACE, LAYER7_ROLE, layer7Pod } from './layer7-objects.js';

export interface StaffLayer7Options extends Omit<StaffOptions, 'headless'> {
  readonly layer7: Layer7;
  /** Pods that run stay, as those of users do while calico-node changes beneath them. */
  readonly keeps: boolean;
}

/**
 * Gives nodes that have their other pods one with Istio's sidecar and Dikastes. Before all others one is tried: where it
 * does not run, none will. Where a node has none at first it gets none later; where it had one that does not come again, it
 * is tried all the same.
 */
export async function staffLayer7(
  client: ClusterClient,
  staffing: ReadonlyMap<string, Staffing>,
  before: ReadonlyMap<string, PodsThere>,
  options: StaffLayer7Options,
): Promise<ReadonlyMap<string, Staffing>> {
  const plans = [...staffing].map(([node, one]) => ({ node, ...planOf(one, before.get(node), options) }));
  const inNamespace = { ...options, namespace: LAYER7_NAMESPACE };
  await deletePods(
    client,
    plans.flatMap(({ old }) => old),
    inNamespace,
  );
  const wanted = plans.filter(({ layer7 }) => layer7 === null).map(({ node }) => node);
  const isFirst = wanted.every((node) => before.get(node) === undefined);
  const { annotations } = options.layer7;
  const make = (nodes: readonly string[]): Promise<ReadonlyMap<string, PodOutcome>> =>
    makePods(
      client,
      nodes.map((node) => layer7Pod({ ...options, node, annotations })),
      inNamespace,
    );
  const tried = isFirst ? wanted.slice(0, 1) : [];
  const first = await make(tried);
  const [failed] = [...first.values()].flatMap((one) => (one.kind === 'done' ? [] : [one]));
  const others = failed ? new Map<string, PodOutcome>() : await make(wanted.slice(tried.length));
  const made = new Map([...first, ...others]);
  return new Map(
    plans.map(({ node, one, layer7 }) => {
      const outcome = made.get(podName(LAYER7_ROLE, node, options.round)) ?? failed;
      return [node, withPod(one, layer7 ?? podAt(node, outcome, before.get(node)?.layer7, options.round))];
    }),
  );
}

/** What is done on a node: which pods go, and what it has then; null where it is to get a pod. */
function planOf(
  one: Staffing,
  earlier: PodsThere | undefined,
  { dead, keeps }: StaffLayer7Options,
): { readonly one: Staffing; readonly layer7: PodAt | string | null; readonly old: readonly string[] } {
  const had = earlier?.layer7;
  if (typeof had === 'string') return { one, layer7: had, old: [] };
  if (had !== undefined && keeps && !dead.has(had.name)) return { one, layer7: had, old: [] };
  if (one.kind !== 'staffed') return { one, layer7: had ?? 'its other pods do not run', old: [] };
  return { one, layer7: null, old: had === undefined ? [] : [had.name] };
}

function podAt(
  node: string,
  outcome: PodOutcome | undefined,
  had: PodAt | string | undefined,
  round: number,
): PodAt | string {
  const at = { name: podName(LAYER7_ROLE, node, round), namespace: LAYER7_NAMESPACE, node, round };
  if (outcome?.kind === 'done') return { ...at, addresses: outcome.addresses };
  if (had !== undefined && typeof had !== 'string') return { ...at, addresses: had.addresses };
  return `a pod with Istio’s sidecar does not run on ${node}: ${outcome?.reason ?? 'the run was told to stop'}`;
}

function withPod(one: Staffing, layer7: PodAt | string): Staffing {
  const there = { ...one.there, layer7 };
  return one.kind === 'staffed' ? { ...one, there, pods: { ...one.pods, layer7 } } : { ...one, there };
}
