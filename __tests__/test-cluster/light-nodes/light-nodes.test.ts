import { afterEach, expect, it } from '@jest/globals';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { type FaultRule } from '../../../test-cluster/light-nodes/faults.js';
import { type TestCluster } from '../../../test-cluster/types.js';
import { eventually } from '../eventually.js';
import { createPod, initStates, isReady, mainState, podThat, readPod } from './pods.js';

const CALICO_CNI = 'docker.io/calico/cni:v3.30.1';

describeWithCluster('light nodes', { lightNodes: 3, own: true }, (cluster) => {
  afterEach(() => cluster().lightNodes.clearFaults());

  const withFaults = async (...rules: readonly FaultRule[]): Promise<string> => {
    await cluster().lightNodes.setFaults(rules);
    return ownNamespace(cluster());
  };

  it('are Ready, with addresses and a network for pods of their own', async () => {
    const { items } = await cluster().api.call<NodeList>('GET', '/api/v1/nodes');
    expect(items.map(readyStatus)).toEqual(['True', 'True', 'True']);
    expect(new Set(items.map(({ spec }) => spec.podCIDR)).size).toBe(3);
    expect(new Set(items.map(({ status }) => status.addresses[0]?.address)).size).toBe(3);
    expect(items.map(({ status }) => status.nodeInfo.kubeletVersion)).toEqual(
      Array(3).fill(cluster().kubernetes),
    );
  });

  it('run init containers in order, then the containers, and are ready some time later', async () => {
    const namespace = await ownNamespace(cluster());
    const seen = new Set<string>();
    await createPod(cluster(), { namespace, node: 'light-1', initImages: [CALICO_CNI, CALICO_CNI] });
    const pod = await podThat(cluster(), namespace, (now) => {
      seen.add([...initStates(now), mainState(now), isReady(now) ? 'ready' : 'not ready'].join(', '));
      return isReady(now);
    });
    const inOrder = [
      'waiting PodInitializing, waiting PodInitializing, waiting PodInitializing, not ready',
      'running, waiting PodInitializing, waiting PodInitializing, not ready',
      'terminated Completed, running, waiting PodInitializing, not ready',
      'terminated Completed, terminated Completed, waiting PodInitializing, not ready',
      'terminated Completed, terminated Completed, running, not ready',
      'terminated Completed, terminated Completed, running, ready',
    ];
    expect([...seen].filter((state) => state !== 'none, not ready')).toEqual(
      inOrder.filter((state) => seen.has(state)),
    );
    expect(seen.size).toBeGreaterThanOrEqual(5);
    expect(pod.status.podIP).toMatch(/^240\.0\.1\./);
    expect(pod.status.hostIP).toBe('198.18.0.1');
  });

  it('give a pod of the host network the address of the node', async () => {
    const namespace = await ownNamespace(cluster());
    await createPod(cluster(), { namespace, node: 'light-2', hostNetwork: true });
    const { status } = await podThat(cluster(), namespace, isReady);
    expect(status.podIP).toBe('198.18.0.2');
  });

  it('let a deleted pod go well before its grace period is over', async () => {
    const namespace = await ownNamespace(cluster());
    await createPod(cluster(), { namespace, node: 'light-1' });
    await podThat(cluster(), namespace, isReady);
    await cluster().api.call('DELETE', podPath(namespace));
    expect((await readPod(cluster(), namespace))?.metadata.deletionTimestamp).toBeDefined();
    await eventually(async () => ((await readPod(cluster(), namespace)) === null ? true : null), 5000);
  });

  it('let a pod that does not stop go when its grace period is over', async () => {
    const namespace = await withFaults({ on: {}, fault: { kind: 'slow', stopMs: 60_000 } });
    await createPod(cluster(), { namespace, node: 'light-1', graceSeconds: 2 });
    await podThat(cluster(), namespace, isReady);
    const start = Date.now();
    await cluster().api.call('DELETE', podPath(namespace));
    await eventually(async () => ((await readPod(cluster(), namespace)) === null ? true : null), 20_000);
    expect(Date.now() - start).toBeGreaterThan(900); // times of the API server are whole seconds
  });

  it('keep a pod that is stuck until the fault is taken away', async () => {
    const namespace = await withFaults({ on: { nodes: ['light-1'] }, fault: { kind: 'stuck-terminating' } });
    await createPod(cluster(), { namespace, node: 'light-1', graceSeconds: 1 });
    await podThat(cluster(), namespace, isReady);
    await cluster().api.call('DELETE', podPath(namespace));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect((await readPod(cluster(), namespace))?.metadata.deletionTimestamp).toBeDefined();
    await cluster().lightNodes.clearFaults();
    await eventually(async () => ((await readPod(cluster(), namespace)) === null ? true : null));
  });

  it('cannot pull an image of one version, say so in status and events, and can once it is there', async () => {
    const namespace = await withFaults({
      on: { version: 'v3.30.1', image: 'calico/cni' },
      fault: { kind: 'image-pull', message: 'unexpected status: 403 Forbidden' },
    });
    await createPod(cluster(), { namespace, node: 'light-1', initImages: [CALICO_CNI] });
    await createPod(cluster(), {
      namespace,
      node: 'light-1',
      name: 'other',
      initImages: ['docker.io/calico/cni:v3.30.10'],
    });
    const failed = await podThat(
      cluster(),
      namespace,
      (pod) => initStates(pod)[0] === 'waiting ImagePullBackOff',
    );
    expect(failed.status.phase).toBe('Pending');
    expect(failed.status.initContainerStatuses?.[0]?.state['waiting']?.message).toContain('403 Forbidden');
    expect(await podThat(cluster(), namespace, isReady, 'other')).toBeDefined();
    const events = await eventsOf(cluster(), namespace);
    expect(events).toContain(
      `Warning Failed: Failed to pull image "${CALICO_CNI}": failed to pull and unpack image "${CALICO_CNI}": unexpected status: 403 Forbidden`,
    );
    expect(events).toContain(`Normal BackOff: Back-off pulling image "${CALICO_CNI}"`);
    await cluster().lightNodes.clearFaults();
    expect(await podThat(cluster(), namespace, isReady)).toBeDefined();
  });

  it('cannot pull the image of a container on one node, while another can', async () => {
    const namespace = await withFaults({
      on: { nodes: ['light-2'], image: 'calico/node' },
      fault: { kind: 'image-pull' },
    });
    await createPod(cluster(), { namespace, node: 'light-2' });
    await createPod(cluster(), { namespace, node: 'light-3', name: 'other' });
    const failed = await podThat(cluster(), namespace, (pod) => mainState(pod) === 'waiting ErrImagePull');
    expect(failed.status.phase).toBe('Pending');
    expect(await podThat(cluster(), namespace, isReady, 'other')).toBeDefined();
  });

  it('run a container that crashes again and again, and well once it does not', async () => {
    const namespace = await withFaults({
      on: { image: 'calico/node' },
      fault: { kind: 'crash-loop', container: 'main', exitCode: 2, backOffMs: 300 },
    });
    await createPod(cluster(), { namespace, node: 'light-1' });
    const crashed = await podThat(
      cluster(),
      namespace,
      ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) >= 3,
    );
    expect(isReady(crashed)).toBe(false);
    expect(crashed.status.containerStatuses?.[0]?.lastState['terminated']?.exitCode).toBe(2);
    await podThat(cluster(), namespace, (pod) => mainState(pod) === 'waiting CrashLoopBackOff');
    await podThat(cluster(), namespace, (pod) => mainState(pod) === 'running');
    await cluster().lightNodes.clearFaults();
    const well = await podThat(cluster(), namespace, isReady);
    expect(well.status.containerStatuses?.[0]?.restartCount).toBeGreaterThanOrEqual(3);
  });

  it('run an init container that crashes again and again, and go on once it does not', async () => {
    const namespace = await withFaults({
      on: { image: 'calico/cni' },
      fault: { kind: 'init-crash-loop', container: 'init-1', backOffMs: 300 },
    });
    await createPod(cluster(), { namespace, node: 'light-1', initImages: [CALICO_CNI, CALICO_CNI] });
    const crashed = await podThat(
      cluster(),
      namespace,
      ({ status }) => (status.initContainerStatuses?.[1]?.restartCount ?? 0) >= 2,
    );
    expect(initStates(crashed)[0]).toBe('terminated Completed');
    expect(mainState(crashed)).toBe('waiting PodInitializing');
    await cluster().lightNodes.clearFaults();
    expect(await podThat(cluster(), namespace, isReady)).toBeDefined();
  });

  it('make a pod that was ready unready, with the words of its probe', async () => {
    const namespace = await ownNamespace(cluster());
    await createPod(cluster(), { namespace, node: 'light-1' });
    await podThat(cluster(), namespace, isReady);
    await cluster().lightNodes.setFaults([
      {
        on: { namespaces: [namespace] },
        fault: { kind: 'never-ready', message: 'calico/node is not ready: BIRD is not ready' },
      },
    ]);
    const pod = await podThat(cluster(), namespace, (now) => !isReady(now));
    expect(pod.status.conditions?.find(({ type }) => type === 'Ready')?.message).toBe(
      'containers with unready status: [main]',
    );
    await eventually(async () => {
      expect(await eventsOf(cluster(), namespace)).toContain(
        'Warning Unhealthy: Readiness probe failed: calico/node is not ready: BIRD is not ready',
      );
      return true;
    });
    await cluster().lightNodes.clearFaults();
    expect(await podThat(cluster(), namespace, isReady)).toBeDefined();
  });

  it('never make a new pod ready', async () => {
    const namespace = await withFaults({ on: { version: 'v3.30.1' }, fault: { kind: 'never-ready' } });
    await createPod(cluster(), { namespace, node: 'light-1' });
    await podThat(cluster(), namespace, (pod) => mainState(pod) === 'running');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const pod = await readPod(cluster(), namespace);
    expect(pod !== null && isReady(pod)).toBe(false);
  });

  it('are slow where a test wants them to be', async () => {
    const namespace = await withFaults({
      on: { nodes: ['light-2'] },
      fault: { kind: 'slow', readyMs: 4000 },
    });
    await createPod(cluster(), { namespace, node: 'light-2' });
    const running = await podThat(cluster(), namespace, (pod) => mainState(pod) === 'running');
    expect(isReady(running)).toBe(false);
    const start = Date.now();
    await podThat(cluster(), namespace, isReady);
    expect(Date.now() - start).toBeGreaterThan(3000);
  });

  it('let the first fault count that concerns a pod', async () => {
    const namespace = await withFaults(
      { on: { nodes: ['light-3'] }, fault: { kind: 'slow', startMs: 100 } },
      { on: {}, fault: { kind: 'never-ready' } },
    );
    await createPod(cluster(), { namespace, node: 'light-3' });
    await createPod(cluster(), { namespace, node: 'light-1', name: 'other' });
    expect(await podThat(cluster(), namespace, isReady)).toBeDefined();
    const other = await podThat(cluster(), namespace, (pod) => mainState(pod) === 'running', 'other');
    expect(isReady(other)).toBe(false);
  });

  it('say that they are not ready, and why, and are tainted for it', async () => {
    await cluster().lightNodes.makeNotReady('light-3', 'cni plugin not initialized');
    const node = await nodeThat(
      cluster(),
      'light-3',
      (now) => readyStatus(now) === 'False' && taints(now).length > 0,
    );
    expect(node.status.conditions.find(({ type }) => type === 'Ready')?.message).toBe(
      'cni plugin not initialized',
    );
    expect(taints(node)).toContain('node.kubernetes.io/not-ready');
    await cluster().lightNodes.makeReady('light-3');
    const well = await nodeThat(
      cluster(),
      'light-3',
      (now) => readyStatus(now) === 'True' && taints(now).length === 0,
    );
    expect(well.spec.unschedulable).toBeUndefined();
  });

  it('are Unknown once they are lost, and their pods stay, not Ready', async () => {
    const namespace = await ownNamespace(cluster());
    await createPod(cluster(), { namespace, node: 'light-3', graceSeconds: 1 });
    await podThat(cluster(), namespace, isReady);
    await cluster().lightNodes.makeLost('light-3');
    await nodeThat(cluster(), 'light-3', (now) => taints(now).includes('node.kubernetes.io/unreachable'));
    await podThat(cluster(), namespace, (pod) => !isReady(pod));
    await cluster().lightNodes.makeReady('light-3');
    await nodeThat(cluster(), 'light-3', (now) => readyStatus(now) === 'True' && taints(now).length === 0);
    await podThat(cluster(), namespace, isReady);
    await cluster().lightNodes.makeLost('light-3');
    await cluster().api.call('DELETE', podPath(namespace));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await readPod(cluster(), namespace)).not.toBeNull();
    await cluster().lightNodes.makeReady('light-3');
    await nodeThat(cluster(), 'light-3', (now) => readyStatus(now) === 'True' && taints(now).length === 0);
    await eventually(async () => ((await readPod(cluster(), namespace)) === null ? true : null));
  });

  it('complete the pods of a Job', async () => {
    const namespace = await ownNamespace(cluster());
    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x:1' }] } };
    await cluster().api.call('POST', jobs, { metadata: { name: 'once' }, spec: { template } });
    await eventually(async () => {
      const { status } = await cluster().api.call<{ readonly status: { readonly succeeded?: number } }>(
        'GET',
        `${jobs}/once`,
      );
      return status.succeeded === 1 ? true : null;
    });
  });

  it('roll a DaemonSet, and stop where a node cannot pull', async () => {
    const namespace = await withFaults({
      on: { nodes: ['light-2'], version: 'v2' },
      fault: { kind: 'image-pull' },
    });
    const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets`;
    const template = (image: string) => ({
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'main', image }], tolerations: [{ operator: 'Exists' }] },
    });
    const spec = { selector: { matchLabels: { app: 'agent' } }, template: template('agent:v1') };
    await cluster().api.call('POST', path, { metadata: { name: 'agent' }, spec });
    const status = async (): Promise<DaemonSetStatus> =>
      (await cluster().api.call<{ readonly status: DaemonSetStatus }>('GET', `${path}/agent`)).status;
    await eventually(async () => ((await status()).numberReady === 3 ? true : null));
    await cluster().api.call('PATCH', `${path}/agent`, { spec: { template: template('agent:v2') } });
    await podsOf(cluster(), namespace, (states) => states.includes('light-2 waiting ImagePullBackOff'));
    expect((await status()).numberUnavailable).toBe(1);
    await cluster().lightNodes.clearFaults();
    await eventually(async () => {
      const { updatedNumberScheduled, numberAvailable } = await status();
      return updatedNumberScheduled === 3 && numberAvailable === 3 ? true : null;
    });
  });
});

const podPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods/probe`;

interface DaemonSetStatus {
  readonly numberReady: number;
  readonly numberAvailable?: number;
  readonly numberUnavailable?: number;
  readonly updatedNumberScheduled?: number;
}

interface Node {
  readonly spec: {
    readonly podCIDR: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string }[];
  };
  readonly status: {
    readonly addresses: readonly { readonly address: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string };
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}

interface NodeList {
  readonly items: readonly Node[];
}

function readyStatus({ status }: Node): string | undefined {
  return status.conditions.find(({ type }) => type === 'Ready')?.status;
}

function taints({ spec }: Node): readonly string[] {
  return (spec.taints ?? []).map(({ key }) => key);
}

function nodeThat(cluster: TestCluster, name: string, holds: (node: Node) => boolean): Promise<Node> {
  return eventually(async () => {
    const node = await cluster.api.call<Node>('GET', `/api/v1/nodes/${name}`);
    if (holds(node)) return node;
    throw new Error(`not yet: ${JSON.stringify([node.spec, node.status.conditions])}`);
  });
}

async function eventsOf(cluster: TestCluster, namespace: string): Promise<readonly string[]> {
  const { items } = await cluster.api.call<{
    readonly items: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
  }>('GET', `/api/v1/namespaces/${namespace}/events`);
  return items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

function podsOf(
  cluster: TestCluster,
  namespace: string,
  hold: (states: readonly string[]) => boolean,
): Promise<readonly string[]> {
  return eventually(async () => {
    const { items } = await cluster.api.call<{ readonly items: readonly Parameters<typeof mainState>[0][] }>(
      'GET',
      `/api/v1/namespaces/${namespace}/pods`,
    );
    const states = items.map((pod) => `${pod.spec.nodeName} ${mainState(pod)}`);
    if (hold(states)) return states;
    throw new Error(`not yet: ${states.join(', ')}`);
  });
}
