import type { ClusterClient, KubernetesObject } from '../ports/cluster-client.js';
import { deletePods, makePods, type PodOutcome, type PodsOptions } from './make-pods.js';
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
}

type Failed = Exclude<PodOutcome, { kind: 'done' }>;

/** What became of one node's pods. */
export type Staffing =
  | { readonly kind: 'staffed'; readonly pods: NodePods; readonly runningMs: number }
  /** `made`: a pod does not run or has no address; `gone`: one that was deleted does not go. */
  | { readonly kind: 'failed'; readonly part: 'made' | 'gone'; readonly failure: Failed };

/**
 * Gives nodes pods that are new; those that were there before go first. The pods of the host's network stay: no CNI has
 * given them anything.
 *
 * @returns what became of each node, by name
 */
export async function staffNodes(
  client: ClusterClient,
  nodes: readonly NodeAt[],
  before: ReadonlyMap<string, NodePods>,
  options: StaffOptions,
): Promise<ReadonlyMap<string, Staffing>> {
  const old = nodes.flatMap(({ name }) => before.get(name) ?? []);
  const inPods = { ...options, namespace: PROBE_NAMESPACE };
  const gone = await deletePods(
    client,
    old.flatMap(({ source, target }) => [source.name, target.name]),
    inPods,
  );
  const hosts = await makePods(
    client,
    nodes.filter(({ name }) => !before.has(name)).map((node) => hostPod(node, options)),
    { ...options, namespace: HOST_NAMESPACE },
  );
  const made = await makePods(
    client,
    nodes.flatMap((node) => [podOf('source', node, options), podOf('target', node, options)]),
    inPods,
  );
  return new Map(
    nodes.map((node) => {
      const earlier = before.get(node.name);
      const stays = earlier && failureOf([earlier.source.name, earlier.target.name], gone);
      if (stays) return [node.name, { kind: 'failed', part: 'gone', failure: stays }];
      return [node.name, staffed(node, earlier?.host ?? null, { made, hosts }, options)];
    }),
  );
}

function staffed(
  { name: node, address }: NodeAt,
  earlierHost: PodAt | null,
  { made, hosts }: Readonly<Record<'made' | 'hosts', ReadonlyMap<string, PodOutcome>>>,
  options: StaffOptions,
): Staffing {
  const names = [nameOf('source', node, options.round), nameOf('target', node, options.round)] as const;
  const failure = failureOf(names, made);
  if (failure) return { kind: 'failed', part: 'made', failure };
  const at = (name: string, namespace: string, outcomes: ReadonlyMap<string, PodOutcome>): PodAt | null => {
    const outcome = outcomes.get(name);
    if (outcome?.kind !== 'done') return null;
    return { name, namespace, node, addresses: outcome.addresses, round: options.round };
  };
  const [source, target] = names.map((name) => at(name, PROBE_NAMESPACE, made));
  if (!source || !target) {
    return { kind: 'failed', part: 'made', failure: { kind: 'late', reason: 'the run was told to stop' } };
  }
  const host = earlierHost ?? at(nameOf('host', node, options.round), HOST_NAMESPACE, hosts);
  const runningMs = Math.max(...names.map((name) => msOf(made.get(name))));
  return { kind: 'staffed', pods: { node, address, source, target, host }, runningMs };
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

function nameOf(role: string, node: string, round: number): string {
  return `${role}-${shortDigest(node)}-${round}`;
}

function podOf(role: 'source' | 'target', node: NodeAt, options: StaffOptions): KubernetesObject {
  const headless = role === 'target' && options.headless.has(node.name) ? { [HEADLESS_LABEL]: 'yes' } : {};
  return probePod({
    ...options,
    name: nameOf(role, node.name, options.round),
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
    name: nameOf('host', node.name, options.round),
    namespace: HOST_NAMESPACE,
    node: node.name,
    role: 'host',
    args: serverArgs(PORTS.hostHttp, PORTS.hostUdp),
    env: { [SCRIPT_VARIABLE]: PROBE_SCRIPT },
    hostNetwork: true,
  });
}

/** A server that says its name and does nothing else: whatever is asked for, `/hostname` is what is answered. */
function serverArgs(http: number, udp: number): readonly string[] {
  return ['netexec', `--http-port=${http}`, `--udp-port=${udp}`, '--http-override=/hostname'];
}
