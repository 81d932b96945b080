import { describe, expect, test } from '@jest/globals';
import { readNode } from '../../../src/cluster/interpret/nodes.js';
import { requestsOf } from '../../../src/cluster/interpret/pod-requests.js';
import { readPod } from '../../../src/cluster/interpret/pods.js';
import { node, pod } from '../build.js';
import { stateOf } from '../state-of.js';

type Fields = Readonly<Record<string, unknown>>;
const asks = (cpu: string, memory: string): object => ({ resources: { requests: { cpu, memory } } });

describe('nodes', () => {
  test('a node is read whole', () => {
    const { state } = readNode(
      node('worker-1', {
        metadata: {
          labels: { 'node-role.kubernetes.io/control-plane': '' },
          annotations: { 'projectcalico.org/IPv4Address': '10.0.0.1/24', other: 'x' },
        },
        spec: { unschedulable: true, taints: [{ key: 'gpu', value: 'a', effect: 'NoSchedule' }] },
      }),
    );
    expect(state).toEqual({
      name: 'worker-1',
      kubelet: { major: 1, minor: 31, patch: 4, suffix: '' },
      os: 'linux',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.1.0-28-amd64',
      architecture: 'amd64',
      runtime: 'containerd://1.7.24',
      isReady: true,
      isSchedulable: false,
      isControlPlane: true,
      pressures: [],
      images: [],
      taints: [{ key: 'gpu', value: 'a', effect: 'NoSchedule' }],
      labels: { 'kubernetes.io/os': 'linux', 'node-role.kubernetes.io/control-plane': '' },
      addresses: { internal: ['10.0.0.1'], calico: { 'projectcalico.org/IPv4Address': '10.0.0.1/24' } },
      room: { cpuMillis: 4000, memoryBytes: 8 * 2 ** 30, pods: 110 },
      isVirtual: false,
      inside: null,
    });
  });

  test.each([
    ['virtual-kubelet by its label', { metadata: { labels: { type: 'virtual-kubelet' } } }],
    [
      'virtual-kubelet by its taint',
      { spec: { taints: [{ key: 'virtual-kubelet.io/provider', value: 'azure', effect: 'NoSchedule' }] } },
    ],
    ['Fargate', { metadata: { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } } }],
  ])('%s is virtual', (_, parts) => {
    expect(readNode(node('v', parts)).state.isVirtual).toBe(true);
  });

  test('room is what is allocatable less what pods that have not ended ask for', async () => {
    const on = (name: string, spec: Fields, status: Fields = {}): ReturnType<typeof pod> =>
      pod(name, { spec: { nodeName: 'node-1', ...spec }, status });
    const { nodes, podCount } = await stateOf([
      on('a', { containers: [asks('500m', '1Gi'), asks('500m', '1Gi')] }),
      on('b', { containers: [asks('100m', '64Mi')], hostNetwork: true }),
      on('done', { containers: [asks('2', '2Gi')] }, { phase: 'Succeeded' }),
      pod('pending', { spec: { containers: [asks('3', '1Gi')] }, status: { phase: 'Pending' } }),
    ]);
    expect(nodes.map(({ name, room }) => [name, room])).toEqual([
      ['node-1', { cpuMillis: 2900, memoryBytes: 8 * 2 ** 30 - 2 * 2 ** 30 - 64 * 2 ** 20, pods: 108 }],
      ['node-2', { cpuMillis: 4000, memoryBytes: 8 * 2 ** 30, pods: 110 }],
    ]);
    expect(podCount).toBe(2);
  });
});

describe('what a pod asks for', () => {
  test.each([
    ['its containers together', { containers: [asks('1', '1'), asks('2', '2')] }, 3000],
    ['a hungry init container', { initContainers: [asks('5', '1')], containers: [asks('1', '1')] }, 5000],
    [
      'sidecars with its containers',
      { initContainers: [{ ...asks('1', '1'), restartPolicy: 'Always' }], containers: [asks('1', '1')] },
      2000,
    ],
    [
      'sidecars with a later init container',
      {
        initContainers: [{ ...asks('1', '1'), restartPolicy: 'Always' }, asks('3', '1')],
        containers: [asks('1', '1')],
      },
      4000,
    ],
    ['its overhead', { containers: [asks('1', '1')], overhead: { cpu: '250m' } }, 1250],
    [
      'its own request before its containers’',
      { containers: [asks('1', '1')], resources: { requests: { cpu: '4' } } },
      4000,
    ],
    ['nothing', { containers: [{}] }, 0],
  ])('%s', (_, spec, cpuMillis) => {
    expect(requestsOf(pod('p', { spec }))?.cpuMillis).toBe(cpuMillis);
  });
});

describe('pods', () => {
  test('a pod that waits says why, but not that it is being made', () => {
    const waiting = (reason: string): ReturnType<typeof readPod> =>
      readPod(
        pod('p', {
          status: {
            phase: 'Pending',
            conditions: [],
            containerStatuses: [
              { restartCount: 3, state: { waiting: { reason, message: 'm'.repeat(1000) } } },
            ],
          },
        }),
      );
    expect(waiting('ContainerCreating').waitingReason).toBeNull();
    expect(waiting('ImagePullBackOff')).toMatchObject({
      waitingReason: 'ImagePullBackOff',
      restarts: 3,
      isReady: false,
      startMs: null,
    });
    expect(waiting('ImagePullBackOff').waitingMessage).toHaveLength(300);
  });

  test('start time is from creation to Ready, and not known after a restart', () => {
    expect(readPod(pod('p')).startMs).toBe(9000);
    expect(readPod(pod('p', { status: { containerStatuses: [{ restartCount: 1 }] } })).startMs).toBeNull();
  });
});
