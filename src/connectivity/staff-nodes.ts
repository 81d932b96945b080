import { ClusterError } from '../errors.js';
import type { ClusterClient, KubernetesObject } from '../ports/cluster-client.js';
import { POD } from '../upgrade/gates/workload.js';
import { inBatches } from '../upgrade/plan/in-batches.js';
import { deletePods, makePods, type PodOutcome, type PodsOptions } from './make-pods.js';
import { podName, serverArgs } from './name-pod.js';
import { type PodAt, PORTS } from './probe.js';
import { HOST_NAMESPACE, PROBE_NAMESPACE } from './probe-namespace.js';
import { probePod, type ProbePodOptions, shortDigest } from './probe-pod.js';
import { PROBE_SCRIPT, SCRIPT_VARIABLE } from './probe-script.js';
import type { NodePods } from './scene.js';
import { HEADLESS_LABEL, NODE_LABEL } from './scenarios/services.js';

/** A node that probe pods are to run on. */
export interface NodeAt {
  readonly name: string;
  readonly address: string;
}

export interface StaffOptions
  extends Omit<PodsOptions, 'namespace'>, Pick<ProbePodOptions, 'image' | 'run' | 'deadlineMs'> {
  /** Counts the times that pods are made: old and new pods of a node never share a name. */
  readonly round: number;
  /** The nodes whose target pods stand behind the headless Service: few, a name has few addresses. */
  readonly headless: ReadonlySet<string>;
  /** Names of pods that have died: those of the host's network are made anew as well. */
  readonly dead: ReadonlySet<string>;
}

/** What the test has on a node, whether it runs or not. */
export interface PodsThere {
  /** In the host's network; null where it could not be run there. */
  readonly host: PodAt | null;
  /** Behind a port of the node; a text is why there is none, nor will be. */
  readonly port: PodAt | string;
  /** The same with Istio's sidecar and Dikastes. */
  readonly layer7: PodAt | string;
  /** Names of those of the pod network: they go before new ones come. */
  readonly old: readonly string[];
}

type Failed = Exclude<PodOutcome, { kind: 'done' }>;

/** What became of one node's pods. */
export type Staffing = { readonly there: PodsThere } & (
  | { readonly kind: 'staffed'; readonly pods: NodePods; readonly runningMs: number }
  /** `made`: a pod does not run or has no address; `gone`: one that was deleted does not go. */
  | { readonly kind: 'failed'; readonly part: 'made' | 'gone'; readonly failure: Failed }
);

/**
 * Gives nodes pods that are new; those that were there before go first, those of a round that failed too. A pod of the
 * host's network stays while it runs: no CNI has given it anything, and a second one would not get its ports.
 *
 * @returns what became of each node, by name
 */
export async function staffNodes(
  client: ClusterClient,
  nodes: readonly NodeAt[],
  before: ReadonlyMap<string, PodsThere>,
  options: StaffOptions,
): Promise<ReadonlyMap<string, Staffing>> {
  const inPods = { ...options, namespace: PROBE_NAMESPACE };
  const inHosts = { ...options, namespace: HOST_NAMESPACE };
  const there = nodes.flatMap(({ name }) => before.get(name) ?? []);
  const [goneHosts, gonePods] = await Promise.all([
    deletePods(
      client,
      there.flatMap((one) => [...deadHost(one, options), ...portOf(one)]),
      inHosts,
    ),
    deletePods(
      client,
      there.flatMap(({ old }) => old),
      inPods,
    ),
  ]);
  const isWithoutHost = ({ name }: NodeAt): boolean => {
    const earlier = before.get(name);
    return earlier === undefined || deadHost(earlier, options).length > 0;
  };
  const hosts = await makePods(
    client,
    nodes.filter(isWithoutHost).map((node) => hostPod(node, options)),
    inHosts,
  );
  const made = await makePods(
    client,
    nodes.flatMap((node) => [podOf('source', node, options), podOf('target', node, options)]),
    inPods,
  );
  const seen = { made, hosts, gone: new Map([...goneHosts, ...gonePods]) };
  const staffing = new Map(
    nodes.map((node) => [node.name, staffed(node, before.get(node.name), seen, options)] as const),
  );
  await beginToDelete(client, [...staffing.values()]);
  return staffing;
}

function deadHost({ host }: PodsThere, { dead }: StaffOptions): readonly string[] {
  return host !== null && dead.has(host.name) ? [host.name] : [];
}

function portOf({ port }: PodsThere): readonly string[] {
  return typeof port === 'string' ? [] : [port.name];
}

/** One that comes up later would stand behind Services, and answer for nobody. The next round waits until it is gone. */
async function beginToDelete(client: ClusterClient, staffing: readonly Staffing[]): Promise<void> {
  const names = staffing.flatMap(({ kind, there }) => (kind === 'failed' ? there.old : []));
  await inBatches(names, async (name) => {
    try {
      await client.delete({ ...POD, namespace: PROBE_NAMESPACE, name });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
    }
    return [];
  });
}

type Outcomes = Readonly<Record<'made' | 'hosts' | 'gone', ReadonlyMap<string, PodOutcome>>>;

function staffed(
  { name: node, address }: NodeAt,
  earlier: PodsThere | undefined,
  { made, hosts, gone }: Outcomes,
  options: StaffOptions,
): Staffing {
  const names = [podName('source', node, options.round), podName('target', node, options.round)] as const;
  const at = (name: string, namespace: string, outcomes: ReadonlyMap<string, PodOutcome>): PodAt | null => {
    const outcome = outcomes.get(name);
    if (outcome?.kind !== 'done') return null;
    return { name, namespace, node, addresses: outcome.addresses, round: options.round };
  };
  const newHost = podName('host', node, options.round);
  // One that worked before and does not come again is tried all the same: its paths are not left out in silence
  const again = earlier?.host ? { ...earlier.host, name: newHost, round: options.round } : null;
  const host = hosts.has(newHost) ? (at(newHost, HOST_NAMESPACE, hosts) ?? again) : (earlier?.host ?? null);
  const port = earlier?.port ?? 'nothing is known of its port yet';
  const layer7 = earlier?.layer7 ?? 'nothing is known of a sidecar yet';
  const others = { host, port, layer7 };
  const stay = (earlier?.old ?? []).filter((name) => gone.get(name)?.kind !== 'done');
  const failed = (part: 'made' | 'gone', failure: Failed): Staffing => {
    return { kind: 'failed', part, failure, there: { ...others, old: [...stay, ...names] } };
  };
  const before = earlier
    ? [...(earlier.host ? [earlier.host.name] : []), ...portOf(earlier), ...earlier.old]
    : [];
  const stays = failureOf(before, gone);
  if (stays) return failed('gone', stays);
  const failure = failureOf(names, made);
  if (failure) return failed('made', failure);
  const [source, target] = names.map((name) => at(name, PROBE_NAMESPACE, made));
  if (!source || !target) return failed('made', { kind: 'late', reason: 'the run was told to stop' });
  const runningMs = Math.max(...names.map((name) => msOf(made.get(name))));
  const pods = { node, address, source, target, ...others };
  return { kind: 'staffed', pods, runningMs, there: { ...others, old: [...stay, ...names] } };
}

function msOf(outcome: PodOutcome | undefined): number {
  return outcome?.kind === 'done' ? outcome.ms : 0;
}

function failureOf(names: readonly string[], outcomes: ReadonlyMap<string, PodOutcome>): Failed | undefined {
  return names.flatMap((name) => {
    const outcome = outcomes.get(name);
    return outcome === undefined || outcome.kind === 'done' ? [] : [outcome];
  })[0];
}

function podOf(role: 'source' | 'target', node: NodeAt, options: StaffOptions): KubernetesObject {
  const headless = role === 'target' && options.headless.has(node.name) ? { [HEADLESS_LABEL]: 'yes' } : {};
  return probePod({
    ...options,
    name: podName(role, node.name, options.round),
    namespace: PROBE_NAMESPACE,
    node: node.name,
    role,
    args: serverArgs(PORTS.http, PORTS.udp),
    env: { [SCRIPT_VARIABLE]: PROBE_SCRIPT },
    labels: { [NODE_LABEL]: shortDigest(node.name), ...headless },
  });
}

function hostPod(node: NodeAt, options: StaffOptions): KubernetesObject {
  return probePod({
    ...options,
    name: podName('host', node.name, options.round),
    namespace: HOST_NAMESPACE,
    node: node.name,
    role: 'host',
    args: serverArgs(PORTS.hostHttp, PORTS.hostUdp),
    env: { [SCRIPT_VARIABLE]: PROBE_SCRIPT },
    hostNetwork: true,
  });
}
