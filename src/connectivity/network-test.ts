import type { NodeState } from '../cluster/node-state.js';
import { EnvironmentError } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Waiting } from '../upgrade/gates/wait-for.js';
import { widthOf } from '../upgrade/waves/plan-waves.js';
import { countRequests } from './count-requests.js';
import { diagnose } from './diagnose.js';
import { findCalicoPolicies, removeCalicoPolicies } from './find-calico-policies.js';
import { findApiServer, makeServices } from './find-addresses.js';
import { deletePodsOf, findGone, findMissing, withoutNodes } from './find-gone.js';
import { findDead } from './find-dead.js';
import { judgeRound, type RoundSeen, withDiagnosis } from './judge-round.js';
import { LAYER7_LEVEL, LAYER7_NAMESPACE } from './layer7/layer7-objects.js';
import { prepareLayer7 } from './layer7/prepare-layer7.js';
import { shortDigest } from './probe-pod.js';
import {
  makeProbeNamespaces,
  type NamespaceLevel,
  PROBE_LEVELS,
  removeProbeNamespaces,
} from './probe-namespace.js';
import { type NetworkRound, type NetworkTestResult } from './results.js';
import { lameScenarios, type RoundOptions, runRound, touches } from './run-round.js';
import {
  type CalicoPolicies,
  type Layer7,
  meshOf,
  type NodePods,
  type Scene,
  type ServiceAddresses,
} from './scene.js';
import type { ScenarioName } from './scenarios/scenario-name.js';
import type { NetworkTestSettings } from './settings.js';
import { staffAll } from './staff-all.js';
import type { NodeAt, PodsThere, Staffing } from './staff-nodes.js';
import { takePart } from './take-part.js';
import type { Baseline } from './verdict.js';

export interface NetworkTestOptions extends Omit<Waiting, 'timeoutMs'> {
  /** The nodes that calico-node runs on. */
  readonly nodes: readonly NodeState[];
  readonly image: string;
  readonly settings: NetworkTestSettings;
  /** The run's address, with what tells its processes apart: none deletes what another has made. */
  readonly run: string;
  readonly onProgress: (text: string) => void;
}

/** The network test of one run. Nothing is in the cluster before `baseline`, and nothing is left after `close`. */
export interface NetworkTest {
  /**
   * Makes the pods and tries everything for the first time; what does not work then is nothing that a run has broken.
   *
   * @throws EnvironmentError or ClusterError where pods may not be made
   */
  readonly baseline: (when?: 'before' | 'end' | 'alone') => Promise<NetworkRound>;
  /** Makes the pods of these nodes anew, and tries every path that begins or ends there. */
  readonly afterWave: (nodes: readonly string[]) => Promise<NetworkRound>;
  /** Makes all pods anew, and tries everything; also where nobody knows which nodes a wave was of. */
  readonly afterHop: (when?: 'hop' | 'wave' | 'end') => Promise<NetworkRound>;
  /** Removes everything. @returns what stays and how it is removed; null where all is gone */
  readonly close: () => Promise<string | null>;
  readonly result: () => NetworkTestResult;
}

/** How long a pod gets until it runs, or is gone; beyond the pull of an image. */
const POD_TIMEOUT_MS = 120_000;
const STOPPED_MS = 1000;
/** A pod that nobody deletes ends after that long. */
const POD_DEADLINE_MS = 24 * 3_600_000;
const MOST_AT_ONCE = 50;
/** A name with more addresses would not fit a datagram. */
const MOST_HEADLESS = 4;
const NO_POLICIES: CalicoPolicies = {
  apiVersion: '',
  whyNoPolicies: 'nothing is known of them yet',
  whyNoTiers: 'nothing is known of them yet',
};
const NO_LAYER7: Layer7 = { whyNot: 'nothing is known of it yet', annotations: {}, isMade: false };
const REMEDY = 'Nothing of Calico was changed. Put that right, or run with network-test: false.';

export function openNetworkTest(original: ClusterClient, options: NetworkTestOptions): NetworkTest {
  const { client, count } = countRequests(original);
  const { taking, leftOut } = takePart(options.nodes);
  const width = Math.max(4, Math.min(MOST_AT_ONCE, widthOf({ percent: 10 }, taking.length)));
  const waiting: Waiting = { ...options, timeoutMs: POD_TIMEOUT_MS };
  const state = {
    round: 0,
    pods: new Map<string, NodePods>() as ReadonlyMap<string, NodePods>,
    there: new Map<string, PodsThere>() as ReadonlyMap<string, PodsThere>,
    members: [] as readonly NodeAt[],
    services: null as ServiceAddresses | null,
    apiServer: null as Scene['apiServer'],
    calico: NO_POLICIES,
    layer7: NO_LAYER7,
    baseline: null as Baseline,
    lame: new Map<ScenarioName, string>() as ReadonlyMap<ScenarioName, string>,
    leftOut: [...leftOut],
    rounds: [] as NetworkRound[],
    warnings: [] as string[],
  };

  /** What nobody wants is not prepared either. */
  function isSkipped(...names: readonly ScenarioName[]): boolean {
    return names.every((name) => options.settings.skip.has(name));
  }

  async function staff(
    nodes: readonly NodeAt[],
    dead: ReadonlySet<string>,
    when: NetworkRound['when'],
  ): Promise<ReadonlyMap<string, Staffing>> {
    state.round += 1;
    const headless = new Set(taking.slice(0, MOST_HEADLESS).map(({ name }) => name));
    const staffing = await staffAll(client, nodes, state.there, {
      ...waiting,
      image: options.image,
      run: options.run,
      deadlineMs: POD_DEADLINE_MS,
      round: state.round,
      width,
      headless,
      dead,
      hasPorts: !isSkipped('host-port'),
      layer7: state.layer7,
      // After a wave those are asked that were there before, as users' are; when all is over, new ones
      keeps: when === 'wave' || dead.size > 0,
    });
    keep(staffing);
    return staffing;
  }

  async function round(when: NetworkRound['when'], scope: ReadonlySet<string> | null): Promise<NetworkRound> {
    const [begun, before] = [options.now(), count()];
    const isFirst = state.baseline === null;
    await letGo(
      await findMissing(
        client,
        state.members.map(({ name }) => name),
      ),
    );
    const nodes = state.members.filter(({ name }) => scope === null || scope.has(name));
    options.onProgress(`network test: new pods on ${nodes.length} of ${taking.length} nodes`);
    const staffing = await staff(nodes, new Set(), when);
    if (isFirst) refuseFailures(staffing);
    const services = (state.services ??= await makeServices(client, shortDigest(nodes[0]?.name ?? '')));
    const outcome = await runRound(client, sceneOf(services), roundOptions(scope, when));
    const seen = await withoutDead(
      await withoutGone({ ...outcome, staffing, skip: options.settings.skip, dead: new Map() }),
      services,
      when,
    );
    if (isFirst) state.lame = lameScenarios(seen.tried);
    const judged = judgeRound(seen, state.baseline);
    if (isFirst) state.baseline = judged.known;
    const told = await withDiagnosis(judged, (probe) => diagnose(client, probe, state.pods));
    const done: NetworkRound = {
      when,
      nodes: nodes.map(({ name }) => name),
      startedAt: new Date(begun).toISOString(),
      ms: options.now() - begun,
      requests: count() - before,
      ...told,
    };
    state.rounds.push(done);
    return done;
  }

  /** What was seen, without nodes that left meanwhile. */
  async function withoutGone(seen: RoundSeen): Promise<RoundSeen> {
    const gone = await findGone(client, seen);
    await letGo(gone);
    return withoutNodes(seen, gone);
  }

  /** What was seen, where a pod died with new ones in its place: that it died says nothing of the network. */
  async function withoutDead(
    seen: RoundSeen,
    services: ServiceAddresses,
    when: NetworkRound['when'],
  ): Promise<RoundSeen> {
    const dead = await findDead(client, seen.tried, state.baseline);
    if (dead.size === 0 || options.signal.aborted) return { ...seen, dead };
    for (const [name, { pod, state: how }] of dead) {
      const text = `The network test’s pod ${name} on ${pod.node} did not run any more (${how}): it was made anew, and its paths were tried again.`;
      state.warnings.push(text);
      options.onProgress(text);
    }
    const nodes = new Set([...dead.values()].map(({ pod }) => pod.node));
    const anew = await staff(
      state.members.filter(({ name }) => nodes.has(name)),
      new Set(dead.keys()),
      when,
    );
    const again = await runRound(client, sceneOf(services), roundOptions(nodes, when));
    const others = seen.tried.filter(({ probe }) => !touches(probe, nodes));
    const tried = [...others, ...again.tried];
    const staffing = new Map([...seen.staffing, ...anew]);
    const left = await withoutGone({ ...seen, tried, staffing });
    return { ...left, dead: await findDead(client, left.tried, state.baseline) };
  }

  function roundOptions(nodes: ReadonlySet<string> | null, when: NetworkRound['when']): RoundOptions {
    const { round: count } = state;
    // When all is over, what did not work before is tried like anything else: it may have been put right
    const { baseline, lame } =
      when === 'end' ? { baseline: null, lame: new Map<ScenarioName, string>() } : state;
    return { ...options.settings, ...options, nodes, baseline, lame, round: count };
  }

  async function letGo(gone: ReadonlySet<string>): Promise<void> {
    const [pods, there] = [new Map(state.pods), new Map(state.there)];
    for (const node of gone) {
      state.leftOut.push({ node, reason: 'it left the cluster meanwhile' });
      const own = there.get(node);
      if (own) await deletePodsOf(client, own);
      pods.delete(node);
      there.delete(node);
    }
    Object.assign(state, { pods, there });
    state.members = state.members.filter(({ name }) => !gone.has(name));
  }

  function lookForLayer7(): Promise<Layer7> {
    const { image, run } = options;
    const node = taking[0]?.name ?? '';
    return prepareLayer7(client, state.calico, { ...waiting, image, run, node, deadlineMs: POD_DEADLINE_MS });
  }

  /** What is staffed is there to be probed; what is not, is not. */
  function keep(staffing: ReadonlyMap<string, Staffing>): void {
    const [pods, there] = [new Map(state.pods), new Map(state.there)];
    for (const [node, one] of staffing) {
      there.set(node, one.there);
      if (one.kind === 'staffed') pods.set(node, one.pods);
      else pods.delete(node);
    }
    Object.assign(state, { pods, there });
  }

  /** Where one pod is refused, or its image cannot be had, nothing can be said of the network. */
  function refuseFailures(staffing: ReadonlyMap<string, Staffing>): void {
    for (const [node, one] of staffing) {
      if (one.kind === 'staffed') continue;
      const { kind, reason } = one.failure;
      if (kind === 'refused' || kind === 'image') {
        throw new EnvironmentError(`The network test cannot run its pods on node ${node}: ${reason}`, REMEDY);
      }
      state.leftOut.push({ node, reason: `its pods do not run there: ${reason}` });
    }
    state.members = state.members.filter(({ name }) => state.pods.has(name));
    if (state.members.length > 0) return;
    const reason = state.leftOut
      .map((one) => `${one.node}: ${one.reason}`)
      .slice(0, 3)
      .join('; ');
    throw new EnvironmentError(`The network test has no node to run its pods on: ${reason}`, REMEDY);
  }

  function sceneOf(services: ServiceAddresses): Scene {
    // The pairs stay what they were at first: a path is compared with itself
    const pairs = meshOf(state.members, options.settings.degree);
    return {
      nodes: state.members.flatMap(({ name }) => state.pods.get(name) ?? []),
      mesh: pairs.flatMap(([from, to]) => {
        const [a, b] = [state.pods.get(from.name), state.pods.get(to.name)];
        return a && b ? [[a, b] as const] : [];
      }),
      services,
      apiServer: state.apiServer,
      calico: state.calico,
      layer7: state.layer7,
      outside: options.settings.outside,
      outsideSees: options.settings.outsideSees,
    };
  }

  return {
    async baseline(when = 'before') {
      if (taking.length === 0) {
        throw new EnvironmentError('The network test has no node to run its pods on.', REMEDY);
      }
      await makeProbeNamespaces(client, options.run, waiting);
      state.apiServer = await findApiServer(client);
      if (!isSkipped('policy-calico', 'policy-tiers', 'policy-l7'))
        state.calico = await findCalicoPolicies(client);
      if (!isSkipped('policy-l7')) state.layer7 = await lookForLayer7();
      state.members = taking;
      return round(when, null);
    },
    afterWave: (nodes) => round('wave', new Set(nodes)),
    afterHop: (when = 'hop') => round(when, null),
    async close() {
      const never = new AbortController().signal;
      // A run that is told to stop has seconds: what was deleted goes by itself
      const timeoutMs = options.signal.aborted ? STOPPED_MS : POD_TIMEOUT_MS;
      const patient = { ...waiting, timeoutMs, signal: never };
      const levels: readonly NamespaceLevel[] = [
        ...PROBE_LEVELS,
        ...(state.layer7.isMade ? [[LAYER7_NAMESPACE, LAYER7_LEVEL] as const] : []),
      ];
      const left = [
        await removeCalicoPolicies(client, state.calico),
        await removeProbeNamespaces(client, patient, levels, options.run),
      ].filter((text) => text !== null);
      state.warnings.push(...left);
      return left.length === 0 ? null : left.join(' ');
    },
    result: () => ({
      image: options.image,
      leftOut: state.leftOut,
      rounds: state.rounds,
      warnings: state.warnings,
    }),
  };
}
