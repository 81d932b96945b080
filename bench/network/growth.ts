import { buildNode } from '../../__tests__/cluster/build-state.js';
import { buildScene } from '../../__tests__/connectivity/build-scene.js';
import { addressOfNode, createFakeNetwork, OBEYS } from '../../__tests__/connectivity/fake-network.js';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { judgeRound, type RoundSeen } from '../../src/connectivity/judge-round.js';
import { openNetworkTest } from '../../src/connectivity/network-test.js';
import type { Probe } from '../../src/connectivity/probe.js';
import { ANSWER_SECONDS } from '../../src/connectivity/probe-script.js';
import { PODS_AT_ONCE } from '../../src/connectivity/run-probes.js';
import { touches, type Tried } from '../../src/connectivity/run-round.js';
import type { Scene } from '../../src/connectivity/scene.js';
import { SCENARIOS } from '../../src/connectivity/scenarios/registry.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import { median } from '../measure.js';

/** What the network test of so many nodes costs beside the network: nothing of it waits for one. */
export interface GrowthMeasurement {
  readonly nodes: number;
  /** Of a whole round, all phases counted. */
  readonly probes: number;
  /** To make up all probes of all scenarios. */
  readonly planMs: number;
  /** To judge a round in which the paths of a tenth of the nodes fail. */
  readonly judgeMs: number;
  /** What is waited at the least for probes that must have no answer; worked out, not measured. */
  readonly deniedSeconds: Readonly<Record<'baseline' | 'wave', number>>;
  /** Of the first round, and of one after a wave of a tenth of the nodes, against a cluster in memory. */
  readonly baselineRequests: number;
  readonly waveRequests: number;
}

const RUNS = 5;

/** @throws Error where a round fails on the cluster in memory */
export async function measureGrowth(nodes: number): Promise<GrowthMeasurement> {
  const scene = buildScene(nodes);
  const plans = Array.from({ length: RUNS }, () => timed(() => planOf(scene)));
  const tried = plans[0]?.result ?? [];
  const before = judgeRound(
    seenOf(tried, () => true),
    null,
  );
  const wave = new Set(scene.nodes.slice(0, tenthOf(nodes)).map(({ node }) => node));
  const isRight = ({ probe }: Tried): boolean => !wave.has(probe.from.node);
  const judged = Array.from({ length: RUNS }, () =>
    timed(() => judgeRound(seenOf(tried, isRight), before.known)),
  );
  return {
    nodes,
    probes: tried.length,
    deniedSeconds: {
      baseline: deniedSecondsOf(scene, isDenied),
      wave: deniedSecondsOf(scene, (probe) => isDenied(probe) && touches(probe, wave)),
    },
    planMs: median(plans.map(({ ms }) => ms)),
    judgeMs: median(judged.map(({ ms }) => ms)),
    ...(await countRequests(nodes)),
  };
}

function planOf(scene: Scene): readonly Tried[] {
  return SCENARIOS.filter((scenario) => scenario.whySkipped(scene) === null)
    .flatMap((scenario) => scenario.phases(scene))
    .flatMap(({ title, probes }) =>
      probes.map((probe) => ({
        probe,
        phase: title,
        seen: { kind: probe.expected, text: '', ms: 1 },
        isRight: true,
        tries: 1,
        ms: 1,
        maySettle: true,
      })),
    );
}

/** So many pods probe at a time, each all of its probes at once. */
function deniedSecondsOf(scene: Scene, isCounted: (probe: Probe) => boolean): number {
  return SCENARIOS.flatMap((scenario) => scenario.phases(scene))
    .map(({ probes }) => new Set(probes.filter(isCounted).map(({ from }) => from.name)).size)
    .reduce((sum, pods) => sum + Math.ceil(pods / PODS_AT_ONCE) * ANSWER_SECONDS, 0);
}

const isDenied = ({ expected }: Probe): boolean => expected === 'blocked';

function seenOf(tried: readonly Tried[], isRight: (one: Tried) => boolean): RoundSeen {
  return {
    tried: tried.map((one) => ({ ...one, isRight: isRight(one) })),
    skipped: new Map(),
    staffing: new Map(),
    skip: new Set(),
    dead: new Map(),
  };
}

async function countRequests(
  count: number,
): Promise<Pick<GrowthMeasurement, 'baselineRequests' | 'waveRequests'>> {
  const names = Array.from({ length: count }, (_, index) => `n${String(index).padStart(4, '0')}`);
  const network = createFakeNetwork(names);
  network.play = OBEYS(network);
  const test = openNetworkTest(network.client, {
    ...REAL_TIMING,
    nodes: names.map((name, index) =>
      buildNode(name, { addresses: { internal: [addressOfNode(index)], calico: {} } }),
    ),
    image: 'agnhost',
    settings: DEFAULT_SETTINGS,
    run: 'bench',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const rounds = [await test.baseline(), await test.afterWave(names.slice(0, tenthOf(count)))];
  await test.close();
  const [failure] = rounds.flatMap(({ failures }) => failures);
  if (failure) throw new Error(`${failure.scenario} fails in memory: ${failure.seen}`);
  return { baselineRequests: rounds[0]?.requests ?? 0, waveRequests: rounds[1]?.requests ?? 0 };
}

function tenthOf(nodes: number): number {
  return Math.ceil(nodes / 10);
}

function timed<Result>(run: () => Result): { readonly result: Result; readonly ms: number } {
  const begun = performance.now();
  const result = run();
  return { result, ms: performance.now() - begun };
}
