import type { NodeState } from '../../../src/cluster/node-state.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { prePull, type PrePullOptions, type PrePullResult } from '../../../src/upgrade/pre-pull/pre-pull.js';
import { buildNode } from '../../cluster/build-state.js';
import { node } from '../../cluster/build.js';
import { createFakeClusterClient, type FakeClusterClient } from '../../ports/fake-cluster-client.js';
import { waiting } from '../gates/build-waiting.js';

export const NAMESPACE = 'calico-system';
export const CALICO_NODE = 'quay.io/calico/node:v3.32.1';
export const CNI = 'quay.io/calico/cni:v3.32.1';
export const IMAGES = [CALICO_NODE, CNI].map((image) => ({ image, usedBy: ['DaemonSet calico-node'] }));
export const POD = { apiVersion: 'v1', kind: 'Pod' };

type Status = Readonly<Record<string, unknown>>;
/** The statuses that a kubelet gives a pod, one after the other; null deletes it. */
export type Kubelet = (pod: KubernetesObject) => readonly (Status | null)[];

/** A cluster in memory whose pods go through what kubelets say of them. */
export interface Kubelets {
  readonly client: FakeClusterClient;
  /** The pods that were made, as they were made. */
  readonly made: readonly KubernetesObject[];
  /** Pods that are there now. */
  readonly pods: () => readonly KubernetesObject[];
  /** The most pods that were there at a time. */
  readonly most: () => number;
}

/** Images are there, and the program is not. */
export const pulls: Kubelet = (pod) => [
  containers(pod, () => waitingFor('ContainerCreating')),
  containers(pod, () => waitingFor('RunContainerError', 'no such file')),
];

/** One image does not come. */
export function lacks(image: string, message = 'not found'): Kubelet {
  const other = waitingFor('RunContainerError');
  const says =
    (reason: string, text: string): Kubelet =>
    (pod) => [containers(pod, (one) => (one === image ? waitingFor(reason, text) : other))];
  return (pod) => [
    ...says('ErrImagePull', message)(pod),
    ...says('ImagePullBackOff', `Back-off pulling image "${image}"`)(pod),
  ];
}

export function containers(pod: KubernetesObject, state: (image: string) => Status): Status {
  const { containers: all } = pod['spec'] as { containers: readonly { name: string; image: string }[] };
  return {
    phase: 'Pending',
    containerStatuses: all.map(({ name, image }) => ({ name, imageID: '', ...state(image) })),
  };
}

export function waitingFor(reason: string, message = ''): Status {
  return { state: { waiting: { reason, message } } };
}

export function createKubelets(
  kubelets: Readonly<Record<string, Kubelet>>,
  nodes = Object.keys(kubelets),
): Kubelets {
  const fake = createFakeClusterClient({
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      ...nodes.map((name) => node(name)),
    ],
  });
  const made: KubernetesObject[] = [];
  const pods = (): readonly KubernetesObject[] => fake.objects().filter(({ kind }) => kind === 'Pod');
  let most = 0;

  async function live({ metadata }: KubernetesObject, statuses: readonly (Status | null)[]): Promise<void> {
    for (const status of statuses) {
      await new Promise(setImmediate);
      const reference = { ...POD, namespace: NAMESPACE, name: metadata.name };
      const now = pods().find((one) => one.metadata.uid === metadata.uid);
      if (now && status === null) fake.remove(reference);
      if (now && status !== null) fake.set({ ...now, status });
    }
  }

  const client: FakeClusterClient = {
    ...fake,
    async create(object, options) {
      const pod = await fake.create(object, options);
      made.push(pod);
      most = Math.max(most, pods().length);
      const { nodeName } = pod['spec'] as { nodeName: string };
      void live(pod, (kubelets[nodeName] ?? pulls)(pod));
      return pod;
    },
  };
  return { client, made, pods, most: () => most };
}

/** Counts turns of the loop for milliseconds, so that a busy machine changes nothing. */
async function inTurns(ms: number, signal?: AbortSignal): Promise<void> {
  for (let turn = 0; turn < ms && signal?.aborted !== true; turn += 1) await new Promise(setImmediate);
}

/** Pulls {@link IMAGES} on the nodes of the cluster, two at a time. */
export function pull(
  client: FakeClusterClient,
  nodes: readonly (string | NodeState)[],
  changes: Partial<PrePullOptions> = {},
): Promise<PrePullResult> {
  return prePull(client, {
    ...waiting({ sleep: inTurns }),
    images: IMAGES,
    nodes: nodes.map((one) => (typeof one === 'string' ? buildNode(one) : one)),
    namespace: NAMESPACE,
    pullSecrets: [],
    width: 2,
    timeoutMs: 5_000,
    run: 'https://ci.example/runs/1',
    onProgress: () => undefined,
    ...changes,
  });
}
