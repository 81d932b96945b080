import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../../test-cluster/binaries.js';
import { AGNHOST_IMAGE } from '../../../test-cluster/images/node-images.js';
import { type TestCluster } from '../../../test-cluster/types.js';

/** What a program said. */
export interface Said {
  readonly status: number | null;
  readonly text: string;
}

/** Asks the cluster as a person would. */
export async function kubectl(cluster: TestCluster, args: readonly string[], input = ''): Promise<Said> {
  const program = await findProgram('kubectl');
  const child = spawn(program, [`--kubeconfig=${cluster.kubeconfigPath}`, ...args], { stdio: 'pipe' });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, text: Buffer.concat(chunks).toString() };
}

/** Waits until `seen` gives what is expected; fails with what was seen last. */
export async function eventually<T>(
  what: string,
  seen: () => Promise<T>,
  isSo: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = await seen();
    if (isSo(value)) return value;
    if (Date.now() > deadline) throw new Error(`${what}: last seen ${JSON.stringify(value)}`);
    await sleep(100);
  }
}

export interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

const PODS = '/api/v1/namespaces/default/pods';

export function getPod({ api }: TestCluster, name: string): Promise<Pod> {
  return api.call<Pod>('GET', `${PODS}/${name}`);
}

export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

export async function createPod({ api }: TestCluster, name: string, spec: object): Promise<void> {
  await api.call('POST', PODS, { metadata: { name, labels: { app: name } }, spec });
}

/** A pod of agnhost on this node that answers HTTP at port 8080; gives its address. */
export async function runAgnhost(cluster: TestCluster, name: string, nodeName: string): Promise<string> {
  await createPod(cluster, name, agnhostOn(nodeName));
  const pod = await eventually(`${name} is Ready`, () => getPod(cluster, name), isReady);
  return pod.status.podIP ?? '';
}

export function agnhostOn(nodeName: string): object {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 };
  return {
    nodeName,
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'agnhost', image: AGNHOST_IMAGE, args: ['netexec', '--http-port=8080'], readinessProbe: probe },
    ],
  };
}

/** Deletes a pod, where there is one, and waits until it is gone. */
export async function deletePod(cluster: TestCluster, name: string): Promise<void> {
  await cluster.api.ask('DELETE', `${PODS}/${name}?gracePeriodSeconds=0`);
  await eventually(
    `${name} is gone`,
    () => cluster.api.ask('GET', `${PODS}/${name}`),
    ({ status }) => status === 404,
  );
}

/** Whether a connection from within a pod is answered, tried once. */
export async function reaches(cluster: TestCluster, pod: string, target: string): Promise<boolean> {
  const { status } = await kubectl(cluster, [
    'exec',
    pod,
    '--',
    '/agnhost',
    'connect',
    '--timeout=2s',
    target,
  ]);
  return status === 0;
}
