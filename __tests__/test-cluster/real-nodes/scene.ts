import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import {
  type ClusterClient,
  type ExecResult,
  type KubernetesObject,
} from '../../../src/ports/cluster-client.js';
import { AGNHOST_IMAGE } from '../../../test-cluster/images/node-images.js';
import { ownNamespace } from '../../../test-cluster/jest.js';
import { asFields, fieldsAt, listAt, numberAt, textAt } from '../../../test-cluster/ready-made/fields.js';
import { type TestCluster } from '../../../test-cluster/types.js';
import { eventually } from '../eventually.js';

/** A namespace of a cluster in which pods run for tests, and a client for it. */
export interface Scene {
  readonly client: ClusterClient;
  readonly namespace: string;
}

export async function createScene(cluster: TestCluster): Promise<Scene> {
  const client = await createClusterClient(cluster.kubeconfig, null);
  return { client, namespace: await ownNamespace(cluster) };
}

const WRITER = { fieldManager: 'test' };

/** What tests ask of a pod. */
export interface PodState {
  readonly phase: string;
  readonly address: string;
  readonly isReady: boolean;
  readonly restarts: number;
}

function referenceTo(
  { namespace }: Scene,
  name: string,
): { kind: string; apiVersion: string; namespace: string; name: string } {
  return { apiVersion: 'v1', kind: 'Pod', namespace, name };
}

export async function seePod(scene: Scene, name: string): Promise<PodState> {
  const pod = await scene.client.get(referenceTo(scene, name));
  const conditions = listAt(pod, 'status', 'conditions');
  return {
    phase: textAt(pod, 'status', 'phase'),
    address: textAt(pod, 'status', 'podIP'),
    isReady: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    restarts: numberAt(listAt(pod, 'status', 'containerStatuses')[0], 'restartCount'),
  };
}

/** The pod, once it is as `isSo` says. */
export function podThat(scene: Scene, name: string, isSo: (pod: PodState) => boolean): Promise<PodState> {
  return eventually(async () => {
    const pod = await seePod(scene, name);
    return isSo(pod) ? pod : null;
  }, 60_000);
}

export async function createPod(scene: Scene, name: string, spec: object): Promise<void> {
  const { namespace, client } = scene;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: { app: name } }, spec };
  await client.create(pod, WRITER);
}

/** Deletes a pod, where there is one, and waits until it is gone. */
export async function deletePod(scene: Scene, name: string): Promise<void> {
  await scene.client.delete(referenceTo(scene, name), { gracePeriodSeconds: 0 });
  await eventually(
    async () => ((await scene.client.get(referenceTo(scene, name))) === null ? true : null),
    60_000,
  );
}

/** A pod of agnhost on this node that answers HTTP at port 8080; gives its address once it is Ready. */
export async function runAgnhost(scene: Scene, name: string, nodeName: string): Promise<string> {
  await createPod(scene, name, agnhostOn(nodeName));
  return (await podThat(scene, name, ({ isReady }) => isReady)).address;
}

export function agnhostOn(nodeName: string): object {
  const readinessProbe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 };
  return {
    nodeName,
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'main', image: AGNHOST_IMAGE, args: ['netexec', '--http-port=8080'], readinessProbe },
    ],
  };
}

export function execIn(
  { client, namespace }: Scene,
  pod: string,
  command: readonly string[],
): Promise<ExecResult> {
  return client.exec({ namespace, pod, container: 'main', command, timeoutMs: 20_000 });
}

export function logOf({ client, namespace }: Scene, pod: string, previous = false): Promise<string> {
  return client.logs({ namespace, pod, container: 'main', previous });
}

/** Whether a connection from within a pod is answered, tried once. */
export async function reaches(scene: Scene, pod: string, target: string): Promise<boolean> {
  const { exitCode } = await execIn(scene, pod, ['/agnhost', 'connect', '--timeout=2s', target]);
  return exitCode === 0;
}

/** What was reported about a pod. */
export async function eventsOf({ client, namespace }: Scene, pod: string): Promise<readonly string[]> {
  const messages: string[] = [];
  const kind = { apiVersion: 'v1', kind: 'Event' };
  for await (const { items } of client.list(kind, {
    namespace,
    fieldSelector: `involvedObject.name=${pod}`,
  })) {
    messages.push(...items.map((event) => textAt(event, 'message')));
  }
  return messages;
}

/** Waits until every pod of a workload in kube-system is of its newest revision and available. */
export async function waitForRollout(
  { client }: Scene,
  kind: 'DaemonSet' | 'Deployment',
  name: string,
): Promise<void> {
  const reference = { apiVersion: 'apps/v1', kind, namespace: 'kube-system', name };
  await eventually(async () => (isRolledOut(await client.get(reference)) ? true : null), 100_000);
}

function isRolledOut(workload: KubernetesObject | null): boolean {
  const status = fieldsAt(workload, 'status') ?? {};
  if (numberAt(status, 'observedGeneration') !== numberAt(workload, 'metadata', 'generation')) return false;
  const isDaemonSet = workload?.kind === 'DaemonSet';
  const wanted = isDaemonSet
    ? numberAt(status, 'desiredNumberScheduled')
    : numberAt(workload, 'spec', 'replicas');
  const updated = numberAt(status, isDaemonSet ? 'updatedNumberScheduled' : 'updatedReplicas');
  const available = numberAt(status, isDaemonSet ? 'numberAvailable' : 'availableReplicas');
  return asFields(workload) !== null && wanted > 0 && updated === wanted && available === wanted;
}
