import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import type { PodState } from '../../cluster/workload-state.js';
import { inspect } from '../../cluster/inspect.js';
import { isCalicoImage, versionOfImage } from '../../cluster/interpret/image-version.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { formatVersion } from '../../version/version.js';
import type { Waiting } from './wait-for.js';

/** Between two looks at the whole cluster. */
const LOOK_MS = 5_000;

export interface ReleaseSight {
  readonly state: ClusterState;
  /** Why the release does not run everywhere; null where it does. */
  readonly fault: string | null;
}

/**
 * Looks at the whole cluster until every source says that a release runs: pods that were told to go take a while. An
 * empty release is not known, and is looked at once.
 *
 * @param release `v3.31.7`
 * @throws ClusterError where the cluster cannot be read
 */
export async function awaitRelease(
  client: ClusterClient,
  release: string,
  { signal, now, sleep, timeoutMs }: Waiting,
): Promise<ReleaseSight> {
  const deadline = now() + timeoutMs;
  for (;;) {
    const state = await inspect(client);
    const fault = faultOf(state, release);
    if (fault === null || signal.aborted || now() + LOOK_MS > deadline) return { state, fault };
    await sleep(LOOK_MS, signal);
  }
}

function faultOf({ calico, nodes }: ClusterState, release: string): string | null {
  if (calico === null) return 'No Calico is seen in the cluster any more.';
  if (release === '') return null;
  const { running, verdict, explanation } = calico.versions;
  if (running !== null && formatVersion(running) === release && verdict !== 'mixed') return null;
  if (verdict === 'mixed' && runsOnAllThatAnswer(calico, nodes, release)) return null;
  return `Calico ${release} should run now, and the cluster says otherwise: ${explanation}`;
}

/**
 * A node that nobody hears of keeps its pods, of whatever release: they change, or end, when the node comes back. Those of a
 * node that left the cluster are collected later.
 */
function runsOnAllThatAnswer(
  { components: { node, typha, kubeControllers, apiserver } }: CalicoState,
  nodes: ClusterState['nodes'],
  release: string,
): boolean {
  const there = new Set(nodes.filter(({ isReady }) => isReady).map(({ name }) => name));
  const answering = (pods: readonly PodState[]): readonly PodState[] =>
    pods.filter((pod) => pod.node === null || there.has(pod.node));
  const pods = [node, typha, kubeControllers, apiserver].flatMap((component) => component?.pods ?? []);
  return (
    answering(node?.pods ?? []).length > 0 &&
    answering(pods).length < pods.length &&
    answering(pods).every(({ images }) =>
      Object.values(images)
        .filter(isCalicoImage)
        .every((image) => releaseOf(image) === release),
    )
  );
}

function releaseOf(image: string): string | null {
  const version = versionOfImage(image);
  return version && formatVersion(version);
}
