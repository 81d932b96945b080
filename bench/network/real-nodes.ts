import { playPolicies } from '../../__tests__/connectivity/played-policies.js';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import type { NodeState } from '../../src/cluster/node-state.js';
import { inspect } from '../../src/cluster/inspect.js';
import { openNetworkTest } from '../../src/connectivity/network-test.js';
import type { NetworkRound } from '../../src/connectivity/results.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { startCluster } from '../../test-cluster/start-cluster.js';
import { measureMonitor, type MonitorMeasurement } from './monitor.js';

/** What a round took. */
export interface RoundMeasurement {
  readonly seconds: number;
  /** What was tried and was right, all phases counted. */
  readonly probes: number;
  readonly requests: number;
}

/** A network test of one run: its first round, one after a wave of one node, and its end. */
export interface RunMeasurement {
  readonly before: RoundMeasurement;
  readonly wave: RoundMeasurement;
  /** Until nothing is left. */
  readonly closeSeconds: number;
}

export interface RealNodesMeasurement {
  readonly nodes: number;
  readonly runs: readonly RunMeasurement[];
  readonly monitor: MonitorMeasurement;
}

const NODES = 3;
const RUNS = 3;

/**
 * On a cluster of its own with three real nodes, on which policies are played.
 *
 * @throws EnvironmentError where none can be had; Error where something fails on it: its figures would tell nothing
 */
export async function measureRealNodes(): Promise<RealNodesMeasurement> {
  const cluster = await startCluster({ realNodes: NODES });
  try {
    const client = await createClusterClient(cluster.kubeconfig, null);
    const { nodes } = await inspect(client);
    const policies = playPolicies(client, cluster.directory);
    const runs: RunMeasurement[] = [];
    try {
      for (let run = 0; run < RUNS; run++) runs.push(await measureRun(client, nodes));
    } finally {
      await policies.stop();
    }
    const names = nodes.map(({ name }) => name);
    return { nodes: NODES, runs, monitor: await measureMonitor(client, cluster.directory, names) };
  } finally {
    await cluster.stop();
  }
}

async function measureRun(client: ClusterClient, nodes: readonly NodeState[]): Promise<RunMeasurement> {
  const test = openNetworkTest(client, {
    ...REAL_TIMING,
    signal: new AbortController().signal,
    nodes,
    image: AGNHOST_IMAGE,
    settings: DEFAULT_SETTINGS,
    run: 'bench',
    onProgress: () => undefined,
  });
  try {
    const before = resultOf(await test.baseline());
    const wave = resultOf(await test.afterWave([nodes[1]?.name ?? '']));
    const begun = Date.now();
    const left = await test.close();
    if (left !== null) throw new Error(left);
    return { before, wave, closeSeconds: (Date.now() - begun) / 1000 };
  } catch (error) {
    await test.close();
    throw error;
  }
}

function resultOf({ ms, requests, scenarios, failures }: NetworkRound): RoundMeasurement {
  const failure = failures.find(({ judgement }) => judgement !== 'flaky');
  if (failure) throw new Error(`${failure.scenario}: ${failure.from} to ${failure.to}: ${failure.seen}`);
  const probes = scenarios
    .filter(({ scenario }) => scenario !== 'new-pods')
    .reduce((sum, { passed, flaky }) => sum + passed + flaky, 0);
  return { seconds: ms / 1000, probes, requests };
}
