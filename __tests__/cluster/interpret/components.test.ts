import { describe, expect, test } from '@jest/globals';
import { inspect } from '../../../src/cluster/inspect.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  calicoNode,
  cluster,
  installation,
  object,
  operatorNode,
  podsOf,
  tigeraOperator,
  workload,
} from '../build.js';
import { type Asked, createObjectsClient } from '../objects-client.js';
import { calicoOf, stateOf } from '../state-of.js';

const CRD = 'crd.projectcalico.org/v1';
const felix = (spec: object, name = 'default'): KubernetesObject =>
  object(CRD, 'FelixConfiguration', { name }, { spec });
const probed = (readiness: object): KubernetesObject =>
  calicoNode('v3.28.2', {
    pod: {
      containers: [
        {
          name: 'calico-node',
          image: 'docker.io/calico/node:v3.28.2',
          env: [{ name: 'DATASTORE_TYPE', value: 'kubernetes' }],
          readinessProbe: readiness,
          resources: { requests: { cpu: '250m', memory: '128Mi' }, limits: { memory: '1Gi' } },
        },
      ],
    },
  });

/** The API server of Calico, which does not answer. */
const apiServer = (): KubernetesObject[] => [
  workload(
    'Deployment',
    'calico-apiserver',
    { 'calico-apiserver': 'docker.io/calico/apiserver:v3.28.2' },
    { namespace: 'calico-apiserver' },
  ),
  object(
    'apiregistration.k8s.io/v1',
    'APIService',
    { name: 'v3.projectcalico.org' },
    {
      spec: { service: { name: 'calico-api', namespace: 'calico-apiserver' } },
      status: {
        conditions: [
          { type: 'Available', status: 'False', reason: 'MissingEndpoints', message: 'no endpoints' },
        ],
      },
    },
  ),
];
const refuseReview = ({ kind }: Asked): number | null => (kind === 'SubjectAccessReview' ? 403 : null);

describe('calico-node', () => {
  test.each([
    [
      'both probes (to v3.32)',
      { exec: { command: ['/bin/calico-node', '-felix-ready', '-bird-ready'] } },
      true,
      true,
    ],
    [
      'both probes (in one binary)',
      { exec: { command: ['calico', 'component', 'node', 'health', '--felix-ready', '--bird-ready'] } },
      true,
      true,
    ],
    ['Felix alone', { exec: { command: ['/bin/calico-node', '-felix-ready'] } }, true, false],
    ['canal’s HTTP probe', { httpGet: { path: '/readiness', port: 9099 } }, true, false],
    ['none', {}, false, false],
  ])('%s', async (_, probe, felixProbed, birdProbed) => {
    const { components } = await calicoOf([probed(probe)]);
    expect([components.node?.felix.isProbed, components.node?.bird.isProbed]).toEqual([
      felixProbed,
      birdProbed,
    ]);
  });

  test.each([
    ['bird', true],
    ['vxlan', false],
    ['none', false],
  ])('with the backend %s BIRD and confd run: %p', async (backend, runs) => {
    const { components } = await calicoOf([
      calicoNode('v3.28.2', { env: { CALICO_NETWORKING_BACKEND: backend } }),
    ]);
    expect([components.node?.bird.isEnabled, components.node?.confd.isEnabled]).toEqual([runs, runs]);
  });

  test('requests and limits are read', async () => {
    const { components } = await calicoOf([probed({})]);
    expect(components.node?.requests).toEqual({ cpuMillis: 250, memoryBytes: 128 * 2 ** 20 });
    expect(components.node?.limits).toEqual({ cpuMillis: null, memoryBytes: 2 ** 30 });
  });

  test('peers are counted over all CalicoNodeStatus objects; without any nobody knows', async () => {
    const status = (name: string, ...states: readonly string[]): KubernetesObject =>
      object(
        CRD,
        'CalicoNodeStatus',
        { name },
        {
          status: {
            lastUpdated: '2026-01-01T00:00:00Z',
            bgp: { peersV4: states.map((state) => ({ state })) },
          },
        },
      );
    const some = await calicoOf([
      calicoNode('v3.28.2'),
      status('a', 'Established', 'Idle'),
      status('b', 'Established'),
    ]);
    expect(some.components.node?.bgp).toEqual({ established: 2, notEstablished: 1 });
    expect((await calicoOf([calicoNode('v3.28.2')])).components.node?.bgp).toBeNull();
  });

  test('pods and rollout of the DaemonSet', async () => {
    const daemonSet = calicoNode('v3.28.2', {
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } },
    });
    const { components } = await calicoOf([daemonSet, ...podsOf(daemonSet, ['node-1', 'node-2'])]);
    expect(components.node).toMatchObject({
      desired: 2,
      updated: 2,
      ready: 2,
      available: 2,
      updateStrategy: 'RollingUpdate',
      maxUnavailable: '1',
    });
    expect(components.node?.pods.map(({ name, node: on }) => [name, on])).toEqual([
      ['calico-node-0', 'node-1'],
      ['calico-node-1', 'node-2'],
    ]);
  });
});

describe('the other parts', () => {
  const typha = workload(
    'Deployment',
    'calico-typha',
    { 'calico-typha': 'docker.io/calico/typha:v3.28.2' },
    {
      count: 3,
      pod: {
        containers: [{ name: 'calico-typha', image: 'docker.io/calico/typha:v3.28.2' }],
        volumes: [{ name: 'certs', secret: { secretName: 'typha-certs' } }],
      },
    },
  );
  const budget = object(
    'policy/v1',
    'PodDisruptionBudget',
    { name: 'calico-typha', namespace: 'kube-system' },
    { status: { disruptionsAllowed: 1 } },
  );
  const controllers = (env: Readonly<Record<string, string>>): KubernetesObject =>
    workload(
      'Deployment',
      'calico-kube-controllers',
      { 'calico-kube-controllers': 'docker.io/calico/kube-controllers:v3.28.2' },
      { env },
    );
  const configuration = (parts: object): KubernetesObject =>
    object(CRD, 'KubeControllersConfiguration', { name: 'default' }, { ...parts });

  test('Typha with its certificates and its budget', async () => {
    const { components } = await calicoOf([calicoNode('v3.28.2'), typha, budget]);
    expect(components.typha).toMatchObject({ replicas: 3, hasCertificates: true });
    expect(components.typha?.disruptionBudget).toMatchObject({
      disruptionsAllowed: 1,
      reference: { name: 'calico-typha' },
    });
  });

  test.each([
    [
      'the environment',
      [controllers({ ENABLED_CONTROLLERS: 'policy, node,loadbalancer' })],
      ['loadbalancer', 'node', 'policy'],
    ],
    [
      'the environment before the configuration',
      [
        controllers({ ENABLED_CONTROLLERS: 'node' }),
        configuration({ spec: { controllers: { policy: {} } } }),
      ],
      ['node'],
    ],
    [
      'what the status says runs',
      [
        controllers({}),
        configuration({
          spec: { controllers: { node: {} } },
          status: { runningConfig: { controllers: { node: {}, serviceAccount: {} } } },
        }),
      ],
      ['node', 'serviceaccount'],
    ],
    [
      'the configuration',
      [controllers({}), configuration({ spec: { controllers: { workloadEndpoint: {}, namespace: {} } } })],
      ['namespace', 'workloadendpoint'],
    ],
  ] as const)('controllers by %s', async (_, objects, enabled) => {
    const { components } = await calicoOf([calicoNode('v3.28.2'), ...objects]);
    expect(components.kubeControllers?.enabledControllers).toEqual(enabled);
  });

  test('the API server with its APIService', async () => {
    const { components } = await calicoOf([calicoNode('v3.28.2'), ...apiServer()]);
    expect(components.apiserver?.apiService).toEqual({
      reference: {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        namespace: null,
        name: 'v3.projectcalico.org',
      },
      isAvailable: false,
      reason: 'MissingEndpoints',
      message: 'no endpoints',
      mayReadTiers: true,
    });
  });

  test.each([
    ['is not known to an account that may not ask', { refuse: refuseReview }, null],
    ['is what the server answers', { mayUsers: false }, false],
  ])('whether kube-controller-manager may read tiers %s', async (_, options, expected) => {
    const { components } = await calicoOf([calicoNode('v3.28.2'), ...apiServer()], options);
    expect(components.apiserver?.apiService?.mayReadTiers).toBe(expected);
  });

  test('what is not known without the right to ask is said', async () => {
    const { unreadable } = await stateOf([calicoNode('v3.28.2'), ...apiServer()], { refuse: refuseReview });
    expect(unreadable).toMatchObject([
      {
        resource: 'subjectaccessreviews.authorization.k8s.io',
        isForbidden: true,
        hides: 'whether kube-controller-manager may read tiers, without which namespaces do not get deleted',
      },
    ]);
  });

  test('nobody asks about tiers where the API server of Calico is not there', async () => {
    const client = createObjectsClient([...cluster(), calicoNode('v3.28.2')]);
    await inspect(client);
    expect(client.asked.filter(({ kind }) => kind === 'SubjectAccessReview')).toEqual([]);
  });

  test('the operator’s parts; a Deployment of somebody else’s named whisker is none', async () => {
    const inSystem = { namespace: 'calico-system' };
    const { components } = await calicoOf([
      tigeraOperator('v1.38.13'),
      installation(),
      operatorNode('v3.30.7'),
      workload('DaemonSet', 'csi-node-driver', { 'calico-csi': 'docker.io/calico/csi:v3.30.7' }, inSystem),
      workload('Deployment', 'goldmane', { goldmane: 'docker.io/calico/goldmane:v3.30.7' }, inSystem),
      workload('Deployment', 'whisker', { whisker: 'example.com/cat:1' }, { namespace: 'pets' }),
      workload(
        'DaemonSet',
        'calico-node-windows',
        { node: 'docker.io/calico/node-windows:v3.30.7' },
        inSystem,
      ),
    ]);
    expect(components.csi?.reference.name).toBe('csi-node-driver');
    expect(components.goldmane?.reference.namespace).toBe('calico-system');
    expect(components.whisker).toBeNull();
    expect(components.windowsNode?.images[0]?.image).toBe('docker.io/calico/node-windows:v3.30.7');
  });
});

describe('the data plane', () => {
  const bpf = { FELIX_BPFENABLED: 'true' };
  const operated = (linuxDataplane: string): KubernetesObject[] => [
    tigeraOperator('v1.34.5'),
    installation({ calicoNetwork: { linuxDataplane } }),
    operatorNode('v3.28.2'),
  ];
  test.each([
    ['nothing said', [calicoNode('v3.28.2')], 'iptables'],
    ['the environment', [calicoNode('v3.28.2', { env: bpf })], 'bpf'],
    ['FelixConfiguration', [calicoNode('v3.28.2'), felix({ bpfEnabled: true })], 'bpf'],
    [
      'the environment before FelixConfiguration',
      [calicoNode('v3.28.2', { env: { FELIX_BPFENABLED: 'false' } }), felix({ bpfEnabled: true })],
      'iptables',
    ],
    [
      'a node’s own FelixConfiguration is not everybody’s',
      [calicoNode('v3.28.2'), felix({ bpfEnabled: true }, 'node.a')],
      'iptables',
    ],
    ['nftables', [calicoNode('v3.31.7'), felix({ nftablesMode: 'Enabled' })], 'nftables'],
    ['BPF of the Installation', operated('BPF'), 'bpf'],
    ['nftables of the Installation', operated('Nftables'), 'nftables'],
    ['VPP of the Installation', operated('VPP'), 'vpp'],
    [
      'Windows alone',
      [
        workload('DaemonSet', 'calico-node-windows', { node: 'docker.io/calico/node-windows:v3.28.2' }),
        installation(),
      ],
      'windows',
    ],
  ] as const)('%s: %#', async (_, objects, dataplane) => {
    expect((await calicoOf(objects)).dataplane).toBe(dataplane);
  });

  test('nftables by itself follows kube-proxy', async () => {
    const config = object(
      'v1',
      'ConfigMap',
      { name: 'kube-proxy', namespace: 'kube-system' },
      {
        data: { 'config.conf': 'kind: KubeProxyConfiguration\nmode: nftables\n' },
      },
    );
    const proxy = workload(
      'DaemonSet',
      'kube-proxy',
      {},
      { pod: { containers: [{ name: 'kube-proxy', image: 'x', command: ['kube-proxy', '--config=/c'] }] } },
    );
    const auto = felix({ nftablesMode: 'Auto' });
    expect((await calicoOf([calicoNode('v3.32.1'), auto, config, proxy])).dataplane).toBe('nftables');
    expect((await calicoOf([calicoNode('v3.32.1'), auto])).dataplane).toBe('iptables');
  });

  test('where FelixConfiguration may not be read, nobody knows', async () => {
    const calico = await calicoOf([calicoNode('v3.28.2'), felix({ bpfEnabled: true })], {
      refuse: ({ kind }) => (kind === 'FelixConfiguration' ? 403 : null),
    });
    expect(calico.dataplane).toBe('unknown');
  });
});
