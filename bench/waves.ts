import { setTimeout as sleep } from 'node:timers/promises';
import { createClusterClient } from '../src/adapters/kubernetes/cluster-client.js';
import { fieldsAt, listAt, numberAt } from '../src/cluster/fields.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../src/ports/cluster-client.js';
import { runSteps } from '../src/upgrade/engine/run-steps.js';
import { stagedSteps } from '../src/upgrade/engine/staged-steps.js';
import { withField } from '../src/upgrade/engine/with-field.js';
import type { StepResult } from '../src/upgrade/engine/step.js';
import type { Journal } from '../src/upgrade/journal/journal.js';
import { inspect } from '../src/cluster/inspect.js';
import { planWaves } from '../src/upgrade/waves/plan-waves.js';
import type { PodFault } from '../test-cluster/light-nodes/faults.js';
import { installCalico } from '../test-cluster/ready-made/install-calico.js';
import { startCluster } from '../test-cluster/start-cluster.js';
import type { ControllerRate } from '../test-cluster/control-plane/controller-rate.js';

/** What changing calico-node everywhere took. */
export interface WavesMeasurement {
  readonly nodes: number;
  /** Of the DaemonSet controller alone, before and after (the mean), and of our waves with their gates, at the same width. */
  readonly controllerSeconds: number;
  readonly wavesSeconds: number;
  /** What this process worked meanwhile. */
  readonly wavesCpuSeconds: number;
  /** As much of that as the canary took, which the controller has none of. */
  readonly canarySeconds: number;
  /** From the first pod with an image that does not pull until its wave has failed. */
  readonly badImageSeconds: number;
}

const NODE: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'calico-node',
};
const OPTIONS = { fieldManager: 'bench' } as const;
const WIDTH = { percent: 10 } as const;
const IMAGES = ['v3.29.7', 'v3.30.7', 'v3.31.7'] as const;
/** Where nothing is to be undone, nothing is written down. */
const JOURNAL = {
  enter: () => Promise.resolve(),
  begin: () => Promise.resolve(),
  announce: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  remove: () => Promise.resolve(),
} as unknown as Journal;

/** As long as a node in change took with Calico itself: 13 to 17 s. */
const LIKE_REAL: PodFault = { kind: 'slow', startMs: 1_000, readyMs: 10_000 };

export interface WavesScene {
  /** Whether pods take as long as real ones, rather than less than two seconds. */
  readonly isLikeReal: boolean;
  readonly controllerRate: ControllerRate;
}

/**
 * On a cluster of its own with so many light nodes.
 *
 * @throws EnvironmentError where none can be had
 */
export async function measureWaves(
  nodes: number,
  { isLikeReal, controllerRate }: WavesScene,
): Promise<WavesMeasurement> {
  const cluster = await startCluster({ lightNodes: nodes, controllerRate });
  try {
    const client = await createClusterClient(cluster.kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: 'v3.28.2' });
    await settled(client);
    const faults = isLikeReal ? [{ on: { image: 'calico/node' }, fault: LIKE_REAL }] : [];
    await cluster.lightNodes.setFaults(faults);
    const roll = (release: string): Promise<number> =>
      timed(async () => {
        await replace(client, (live) => withField(withImage(live, release), STRATEGY, rolling()));
        await settled(client);
      });
    const before = await roll(IMAGES[0]);
    let canarySeconds = 0;
    const cpu = process.cpuUsage();
    const wavesSeconds = await timed(async () => {
      const results = await runWaves(client, IMAGES[1]);
      const failure = failureOf(results);
      if (failure !== null) throw new Error(failure);
      canarySeconds = (results.find(({ title }) => title.includes('canary'))?.ms ?? 0) / 1000;
    });
    const { user, system } = process.cpuUsage(cpu);
    const wavesCpuSeconds = (user + system) / 1e6;
    // The API server has more to keep from rollout to rollout: the waves are held to the one before and the one after
    const controllerSeconds = (before + (await roll(IMAGES[0]))) / 2;
    await cluster.lightNodes.setFaults([
      { on: { image: `calico/node:${IMAGES[2]}` }, fault: { kind: 'image-pull' } },
      ...faults,
    ]);
    const badImageSeconds = await timed(async () => {
      if (failureOf(await runWaves(client, IMAGES[2])) === null)
        throw new Error('An image that does not pull did not fail');
    });
    return { nodes, controllerSeconds, wavesSeconds, wavesCpuSeconds, canarySeconds, badImageSeconds };
  } finally {
    await cluster.stop();
  }
}

const STRATEGY = ['spec', 'updateStrategy'] as const;

function rolling(): object {
  return { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: `${WIDTH.percent}%`, maxSurge: 0 } };
}

async function timed(run: () => Promise<void>): Promise<number> {
  const begun = Date.now();
  await run();
  return (Date.now() - begun) / 1000;
}

async function runWaves(client: ClusterClient, release: string): Promise<readonly StepResult[]> {
  const state = await inspect(client);
  const before = await client.get(NODE);
  if (before === null) throw new Error('There is no calico-node');
  const steps = stagedSteps({
    changes: [],
    node: { before, after: withImage(before, release), hasStalePods: true },
    waves: planWaves(state.nodes, { canaryNodes: 1, maxUnavailable: WIDTH }),
    soakMs: 0,
    typha: null,
    kubeControllers: null,
    apiService: null,
    operatorSteps: [],
  });
  return runSteps(steps, {
    client,
    journal: JOURNAL,
    signal: new AbortController().signal,
    now: Date.now,
    sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
    timeoutMs: 300_000,
    onProgress: () => undefined,
  });
}

/** Why the waves failed; null where they did not. */
function failureOf(results: readonly StepResult[]): string | null {
  return results.find(({ outcome }) => outcome !== 'done')?.reason ?? null;
}

function withImage(daemonSet: KubernetesObject, release: string): KubernetesObject {
  const containers = listAt(daemonSet, 'spec', 'template', 'spec', 'containers').map((container) => ({
    ...container,
    image: `docker.io/calico/node:${release}`,
  }));
  const pod = { ...fieldsAt(daemonSet, 'spec', 'template', 'spec'), containers };
  return withField(daemonSet, ['spec', 'template', 'spec'], pod);
}

async function replace(
  client: ClusterClient,
  change: (live: KubernetesObject) => KubernetesObject,
): Promise<void> {
  const live = await client.get(NODE);
  if (live === null) throw new Error('There is no calico-node');
  await client.replace(change(live), OPTIONS);
}

export async function settled(client: ClusterClient): Promise<void> {
  for (;;) {
    const live = await client.get(NODE);
    const status = (name: string): number => numberAt(live, 'status', name) ?? 0;
    const wanted = status('desiredNumberScheduled');
    const isSeen = status('observedGeneration') >= (live?.metadata.generation ?? 0);
    if (
      isSeen &&
      wanted > 0 &&
      status('updatedNumberScheduled') === wanted &&
      status('numberAvailable') === wanted
    )
      return;
    await sleep(500);
  }
}
