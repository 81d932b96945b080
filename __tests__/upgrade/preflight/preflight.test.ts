import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { CalicoState, OperatorState, PoolState } from '../../../src/cluster/calico-state.js';
import type { Evidence } from '../../../src/cluster/evidence.js';
import type { TyphaComponent } from '../../../src/cluster/workload-state.js';
import { PREFLIGHT_KINDS, type PreflightCode } from '../../../src/findings/preflight-registry.js';
import { parsePolicy } from '../../../src/policy/parse-policy.js';
import { EMPTY_POLICY } from '../../../src/policy/policy.js';
import type { Customisation } from '../../../src/upgrade/customisations/customisation.js';
import type { PlannedImage, Weight } from '../../../src/upgrade/preflight/preflight.js';
import { isBlocking, runPreflight } from '../../../src/upgrade/preflight/run-preflight.js';
import { buildCalico, buildNode, buildWorkload, type Changes } from '../../cluster/build-state.js';
import { nodeWithFiles, nodeWithRules } from './build-inside.js';
import {
  buildInput,
  type Case,
  changeOf,
  IGNORE,
  installation,
  object,
  renderedNode,
  withApiServer,
} from './build-input.js';

const somewhere: Evidence = {
  object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'calico-config' },
  field: 'data',
  value: 'x',
};
const node = buildCalico().components.node;
if (!node) throw new Error('the builder makes a calico-node');

const pool: PoolState = {
  name: 'default-ipv4-ippool',
  cidr: '10.244.0.0/16',
  ipipMode: 'Never',
  vxlanMode: 'CrossSubnet',
  natOutgoing: true,
  disabled: false,
  blockSize: 26,
  nodeSelector: 'all()',
  isOperatorOwned: false,
};
const wantedPool = {
  cidr: '10.244.0.0/16',
  encapsulation: 'VXLANCrossSubnet',
  blockSize: 26,
  natOutgoing: 'Enabled',
};

const operator: OperatorState = {
  deployment: buildWorkload('Deployment', 'tigera-operator', 1),
  version: versionOf('v1.36.5'),
  installs: versionOf('v3.29.4'),
  replicas: 1,
  installation: installation(),
  imageSets: [],
  tigeraStatuses: [],
  resources: [],
  migration: null,
};
function byOperator(
  changes: Partial<OperatorState> = {},
  rest: Changes<CalicoState> = {},
): Changes<CalicoState> {
  return {
    method: 'operator',
    variant: 'operator',
    namespace: 'calico-system',
    operator: { ...operator, ...changes },
    ...rest,
  };
}

const typha: TyphaComponent = {
  ...buildWorkload('Deployment', 'calico-typha', 2),
  replicas: 2,
  hasCertificates: true,
  disruptionBudget: null,
};
function withTypha(changes: Partial<TyphaComponent>): Changes<CalicoState> {
  return { variant: 'calico-typha', components: { typha: { ...typha, ...changes } } };
}

const felix = (spec: Readonly<Record<string, unknown>>) => [
  object('crd.projectcalico.org/v1', 'FelixConfiguration', 'default', { spec }),
];
const configMap = (data: Readonly<Record<string, string>>) =>
  object('v1', 'ConfigMap', 'calico-config', { data });
const policyReference = (kind: string) => ({ apiVersion: 'x/v1', kind, namespace: null, name: 'mine' });
const change = (outcome: Customisation['outcome']): Customisation => ({
  object: somewhere.object,
  field: 'data.veth_mtu',
  upstream: '0',
  live: '1400',
  target: '1',
  outcome,
  reason: 'why',
});
const compared = (outcome: Customisation['outcome']) => ({
  kind: 'compared' as const,
  newerDefinitions: [],
  from: versionOf('v3.29.4'),
  to: versionOf('v3.29.7'),
  result: { customisations: [change(outcome)], objects: [], obsolete: [], upstreamChanges: 0 },
});
const kubeProxy = (mode: 'iptables' | 'ipvs' | 'nftables') => ({
  network: { kubeProxy: { mode, evidence: [somewhere] }, otherCnis: [] },
});
const nodes = (number: number) => Array.from({ length: number }, (_, index) => buildNode(`n${index}`));
const manyNodes = { nodes: nodes(60) };

const plannedImage = (image: string): PlannedImage => ({
  image,
  release: versionOf('v3.29.7'),
  usedBy: ['DaemonSet calico-node'],
  onNodes: 0,
});
const policyOf = (minor: string, recommended: string, operatorVersion: string) =>
  parsePolicy(
    'policy.yml',
    `calico_version_matrix:\n  "${minor}":\n    recommended_version: ${recommended}\n    operator_version: ${operatorVersion}\n`,
  );

/** What makes each code fire, with the weight that it has then. */
const JOURNAL = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'calico-upgrade-action-journal',
};

const CASES: Readonly<Record<PreflightCode, readonly (readonly [string, Weight, Case])[]>> = {
  'kubernetes-too-old': [['1.22', 'mandatory', { kubernetes: 'v1.22.17', from: 'v3.22.1', to: 'v3.22.5' }]],
  'etcd-datastore': [['etcdv3', 'mandatory', { calico: { datastore: 'etcdv3', variant: 'calico-etcd' } }]],
  canal: [['canal', 'mandatory', { calico: { variant: 'canal', providesNetworking: false } }]],
  'native-v3-crds': [
    ['the v3 group holds the data', 'mandatory', { calico: { dataGroup: 'projectcalico.org' } }],
  ],
  enterprise: [['Tigera’s images', 'mandatory', { calico: { edition: 'enterprise' } }]],
  'vpp-dataplane': [['VPP', 'mandatory', { calico: { dataplane: 'vpp' } }]],
  'windows-nodes': [
    ['a Windows node', 'mandatory', { state: { nodes: [...nodes(2), buildNode('win', { os: 'windows' })] } }],
  ],
  'other-cni': [
    ['Cilium', 'mandatory', { state: { network: { otherCnis: [{ name: 'cilium', evidence: somewhere }] } } }],
    [
      'Multus alone',
      'skippable',
      { state: { network: { otherCnis: [{ name: 'multus', evidence: somewhere }] } } },
    ],
  ],
  'owned-elsewhere': [
    [
      'Flux',
      'mandatory',
      {
        state: {
          owners: [{ tool: 'flux', evidence: somewhere, source: 'Kustomization flux-system/calico' }],
        },
      },
    ],
    [
      'Kubespray, which writes once',
      'warning',
      { state: { owners: [{ tool: 'kubespray', evidence: somewhere, source: null }] } },
    ],
  ],
  'install-method-differs': [],
  'calico-missing': [],
  'target-unusable': [],
  'several-install-methods': [['both', 'mandatory', { calico: { otherMethods: ['operator'] } }]],

  'version-conflict': [
    [
      'conflict',
      'mandatory',
      { calico: { versions: { verdict: 'conflict', explanation: 'They disagree.' } } },
    ],
  ],
  'rollout-unfinished': [
    [
      'pods of two releases',
      'mandatory',
      { calico: { versions: { verdict: 'mixed', explanation: 'Two releases run.' } } },
    ],
    ['a DaemonSet half updated', 'mandatory', { calico: { components: { node: { ...node, updated: 1 } } } }],
  ],
  'pair-broken': [
    ['policy/v1beta1 on 1.25', 'mandatory', { kubernetes: 'v1.25.3', from: 'v3.22.1', to: 'v3.22.5' }],
  ],
  'pair-untested': [['v3.29 on 1.34', 'skippable', { kubernetes: 'v1.34.1' }]],
  'kubelet-skew': [
    [
      'four minors behind',
      'skippable',
      { state: { nodes: [buildNode('old', { kubelet: versionOf('v1.27.1') })] } },
    ],
  ],
  'below-policy-minimum': [
    [
      'minimum v3.30',
      'skippable',
      {
        input: {
          policy: {
            ...EMPTY_POLICY,
            rows: [
              {
                kubernetes: 'v1.31',
                recommended: null,
                minimum: { version: versionOf('v3.30.0'), location: { path: 'p.yml', line: 2, column: 1 } },
                operator: null,
                location: { path: 'p.yml', line: 1, column: 1 },
              },
            ],
          },
        },
      },
    ],
  ],
  'policy-operator-wrong': [
    ['the row of this Kubernetes', 'warning', { input: { policy: policyOf('1.31', 'v3.29.7', 'v1.38.1') } }],
    ['another row', 'notice', { input: { policy: policyOf('1.30', 'v3.29.7', 'v1.38.1') } }],
  ],
  'policy-recommendation-untested': [
    ['a release of old', 'warning', { input: { policy: policyOf('1.31', 'v3.26.5', 'v1.30.11') } }],
  ],
  caveat: [
    ['tiers come with v3.29', 'notice', { from: 'v3.28.2', kubernetes: 'v1.30.2' }],
    ['the stop that eBPF needs', 'warning', { from: 'v3.30.5', to: 'v3.31.7', calico: { dataplane: 'bpf' } }],
  ],

  'node-not-ready': [
    ['one node', 'skippable', { state: { nodes: [...nodes(2), buildNode('bad', { isReady: false })] } }],
  ],
  'node-pressure': [
    ['disk', 'skippable', { state: { nodes: [buildNode('full', { pressures: ['DiskPressure'] })] } }],
  ],
  'node-unschedulable': [
    ['cordoned', 'warning', { state: { nodes: [buildNode('off', { isSchedulable: false })] } }],
  ],
  'node-room': [
    [
      'the target asks for 1 CPU more',
      'skippable',
      {
        state: { nodes: [buildNode('tight', { room: { cpuMillis: 100, memoryBytes: 0, pods: 1 } })] },
        input: {
          comparisons: [
            {
              ...compared('kept'),
              result: {
                customisations: [],
                obsolete: [],
                upstreamChanges: 0,
                objects: [
                  object('apps/v1', 'DaemonSet', 'calico-node', {
                    spec: {
                      template: {
                        spec: {
                          containers: [{ name: 'calico-node', resources: { requests: { cpu: '1250m' } } }],
                        },
                      },
                    },
                  }),
                ],
              },
            },
          ],
        },
      },
    ],
  ],
  'kernel-too-old': [
    [
      'into v3.29',
      'skippable',
      {
        from: 'v3.28.2',
        kubernetes: 'v1.30.2',
        state: { nodes: [buildNode('old', { kernel: '5.4.0-1-generic' })] },
      },
    ],
    ['there already', 'warning', { state: { nodes: [buildNode('old', { kernel: '5.4.0-1-generic' })] } }],
  ],
  'nodes-not-inspected': [
    ['nobody asked for it', 'notice', { state: { nodes: [buildNode('n', { inside: null })] } }],
  ],
  'cni-configuration-foreign': [
    [
      'before Calico’s',
      'skippable',
      {
        state: {
          nodes: [nodeWithFiles({ '05-cilium.conflist': ['cilium-cni'], '10-calico.conflist': ['calico'] })],
        },
      },
    ],
    [
      'behind Calico’s',
      'warning',
      {
        state: {
          nodes: [nodeWithFiles({ '10-calico.conflist': ['calico'], '50-weave.conf': ['weave-net'] })],
        },
      },
    ],
  ],
  'iptables-backend-mixed': [
    [
      'Calico’s rules in both',
      'skippable',
      { state: { nodes: [nodeWithRules({ legacy: { calico: 5 }, nft: { kubernetes: 40, calico: 60 } })] } },
    ],
  ],
  'workload-unhealthy': [
    ['two of three ready', 'skippable', { calico: { components: { node: { ...node, ready: 2 } } } }],
  ],
  'tigera-status': [
    [
      'degraded',
      'skippable',
      {
        calico: byOperator({
          tigeraStatuses: [
            {
              name: 'calico',
              isAvailable: true,
              isProgressing: false,
              isDegraded: true,
              reason: 'X',
              message: 'y',
              isCurrent: true,
            },
          ],
        }),
      },
    ],
  ],
  'apiserver-unavailable': [
    [
      'no discovery',
      'mandatory',
      {
        calico: withApiServer({ isAvailable: false, reason: 'FailedDiscoveryCheck', message: 'no.' }),
      },
    ],
  ],
  'tiers-not-readable': [['today', 'skippable', { calico: withApiServer({ mayReadTiers: false }) }]],
  'datastore-not-ready': [
    [
      'locked',
      'mandatory',
      {
        calico: {
          config: {
            clusterInformation: object('crd.projectcalico.org/v1', 'ClusterInformation', 'default', {
              spec: { datastoreReady: false },
            }),
          },
        },
      },
    ],
  ],
  'datastore-migration': [
    [
      'in the middle',
      'mandatory',
      {
        calico: {
          datastoreMigration: { reference: policyReference('DatastoreMigration'), phase: 'Migrating' },
        },
      },
    ],
  ],
  'api-group-down': [['metrics', 'skippable', { state: { failedGroups: ['metrics.k8s.io'] } }]],
  'namespace-terminating': [
    [
      'one hangs',
      'skippable',
      { state: { terminating: [{ namespace: 'old', since: '2026-11-01T00:00:00Z', reason: 'x' }] } },
    ],
  ],
  'stuck-deletion': [
    [
      'a finalizer',
      'mandatory',
      { calico: { data: { stuck: [{ object: policyReference('Installation'), finalizers: ['f'] }] } } },
    ],
  ],
  'crd-terminating': [
    ['one goes', 'mandatory', { calico: { data: { terminatingCrds: ['ippools.crd.projectcalico.org'] } } }],
  ],
  'memory-limit-low': [
    [
      'into v3.29',
      'skippable',
      {
        from: 'v3.28.3',
        kubernetes: 'v1.30.2',
        calico: {
          components: { node: { ...node, limits: { cpuMillis: null, memoryBytes: 256 * 2 ** 20 } } },
        },
      },
    ],
    [
      'within v3.29',
      'warning',
      {
        calico: {
          components: { node: { ...node, limits: { cpuMillis: null, memoryBytes: 256 * 2 ** 20 } } },
        },
      },
    ],
  ],
  'install-incomplete': [
    [
      'no calico-cni-plugin',
      'warning',
      { calico: { objects: [object('v1', 'ServiceAccount', 'calico-node')] } },
    ],
  ],

  'node-on-delete': [
    [
      'held by hand',
      'skippable',
      { calico: { components: { node: { ...node, updateStrategy: 'OnDelete' } } } },
    ],
  ],
  'bgp-not-established': [
    [
      'one of three',
      'skippable',
      { calico: { components: { node: { ...node, bgp: { established: 2, notEstablished: 1 } } } } },
    ],
  ],
  'typha-replicas': [
    ['none', 'mandatory', { calico: withTypha({ replicas: 0 }) }],
    ['as many as nodes', 'skippable', { calico: withTypha({ replicas: 3 }) }],
    ['too few', 'warning', { state: manyNodes, calico: withTypha({ replicas: 1 }) }],
  ],
  'typha-advised': [['60 nodes', 'notice', { state: manyNodes }]],
  'typha-certificates': [['none', 'notice', { calico: withTypha({ hasCertificates: false }) }]],
  'typha-disruption-budget': [
    [
      'none allowed',
      'warning',
      {
        calico: withTypha({
          disruptionBudget: { reference: policyReference('PodDisruptionBudget'), disruptionsAllowed: 0 },
        }),
      },
    ],
  ],

  'backend-encapsulation': [
    [
      'vxlan with IPIP',
      'skippable',
      {
        calico: {
          config: {
            configMap: configMap({ calico_backend: 'vxlan' }),
            pools: [{ ...pool, ipipMode: 'Always' }],
          },
        },
      },
    ],
  ],
  'pool-differs': [
    [
      'another block size, taken over',
      'mandatory',
      {
        from: 'v3.27.4',
        to: 'v3.29.7',
        kubernetes: 'v1.29.2',
        calico: byOperator(
          { installation: installation({ calicoNetwork: { ipPools: [{ ...wantedPool, blockSize: 24 }] } }) },
          { config: { pools: [pool] } },
        ),
      },
    ],
  ],
  'pool-would-be-enabled': [
    [
      'taken over',
      'mandatory',
      {
        from: 'v3.27.4',
        to: 'v3.29.7',
        kubernetes: 'v1.29.2',
        calico: byOperator(
          { installation: installation({ calicoNetwork: { ipPools: [wantedPool] } }) },
          { config: { pools: [{ ...pool, disabled: true }] } },
        ),
      },
    ],
  ],
  'pool-cidr-not-canonical': [
    [
      'host bits',
      'skippable',
      {
        calico: byOperator({
          installation: installation({ calicoNetwork: { ipPools: [{ cidr: '10.244.0.1/16' }] } }),
        }),
      },
    ],
    [
      'long IPv6',
      'skippable',
      {
        calico: byOperator({
          installation: installation({ calicoNetwork: { ipPools: [{ cidr: 'fd00:0:0::/108' }] } }),
        }),
      },
    ],
  ],
  'pool-outside-pod-subnet': [
    [
      'another network',
      'skippable',
      {
        calico: byOperator(
          { installation: installation({ calicoNetwork: { ipPools: [{ cidr: '192.168.0.0/16' }] } }) },
          { config: { podSubnets: ['10.244.0.0/16'] } },
        ),
      },
    ],
  ],
  'pool-unlike-env': [
    ...(
      [
        ['encapsulation', { CALICO_IPV4POOL_IPIP: 'Always' }],
        ['block size', { CALICO_IPV4POOL_BLOCK_SIZE: '24' }],
      ] as const
    ).map(
      ([what, env]) =>
        [
          `another ${what}`,
          'notice',
          { calico: { components: { node: { ...node, env } }, config: { pools: [pool] } } },
        ] as const,
    ),
    [
      'another CIDR',
      'notice',
      {
        calico: {
          components: { node: { ...node, env: { CALICO_IPV4POOL_CIDR: '192.168.0.0/16' } } },
          config: { pools: [pool] },
        },
      },
    ],
  ],
  'node-address-differs': [
    [
      'a virtual address',
      'warning',
      {
        state: {
          nodes: [
            buildNode('n', {
              addresses: {
                internal: ['192.0.2.7'],
                calico: { 'projectcalico.org/IPv4Address': '192.0.2.99/24' },
              },
            }),
          ],
        },
      },
    ],
  ],
  'ipam-leak': [
    [
      '500 for 30 pods',
      'warning',
      { calico: { data: { counts: { 'ipamhandles.crd.projectcalico.org': 500 } } } },
    ],
  ],
  'mtu-differs': [
    [
      '1400 and 1450',
      'warning',
      { calico: { config: { configMap: configMap({ veth_mtu: '1400' }), felix: felix({ mtu: 1450 }) } } },
    ],
  ],

  'ebpf-with-kube-proxy': [
    ['iptables', 'skippable', { state: kubeProxy('iptables'), calico: { dataplane: 'bpf' } }],
    [
      'IPVS, whatever is cleaned up',
      'skippable',
      {
        state: kubeProxy('ipvs'),
        calico: { dataplane: 'bpf', config: { felix: felix({ bpfKubeProxyIptablesCleanupEnabled: false }) } },
      },
    ],
  ],
  'dataplane-differs': [
    [
      'BPF there, off here',
      'skippable',
      {
        calico: byOperator(
          { installation: installation({ calicoNetwork: { linuxDataplane: 'BPF' } }) },
          { config: { felix: felix({ bpfEnabled: false }) } },
        ),
      },
    ],
  ],
  'nftables-mode': [
    [
      'into v3.32',
      'warning',
      { from: 'v3.31.7', to: 'v3.32.1', kubernetes: 'v1.34.1', state: kubeProxy('nftables') },
    ],
  ],
  'native-nftables': [
    [
      'into v3.28',
      'mandatory',
      { from: 'v3.26.4', to: 'v3.28.2', kubernetes: 'v1.28.2', state: kubeProxy('nftables') },
    ],
  ],
  'iptables-backend-pinned': [
    ['in FelixConfiguration', 'notice', { calico: { config: { felix: felix({ iptablesBackend: 'NFT' }) } } }],
    [
      'in the environment',
      'notice',
      { calico: { components: { node: { ...node, env: { FELIX_IPTABLESBACKEND: 'Legacy' } } } } },
    ],
  ],
  'application-layer-policy': [
    [
      'into v3.31',
      'mandatory',
      {
        to: 'v3.31.7',
        kubernetes: 'v1.32.1',
        calico: { applicationLayerPolicy: { isInUse: true, injectedPods: 3 } },
      },
    ],
    ['within v3.29', 'notice', { calico: { applicationLayerPolicy: { isInUse: true, injectedPods: 3 } } }],
  ],

  'operator-missing': [
    ['gone', 'mandatory', { calico: byOperator({ deployment: null }) }],
    ['scaled to zero', 'mandatory', { calico: byOperator({ replicas: 0 }) }],
  ],
  'operator-migration': [
    ['nodes to go', 'mandatory', { calico: byOperator({ migration: { preOperator: 2, migrated: 1 } }) }],
  ],
  'installation-deleting': [
    [
      'marked',
      'mandatory',
      {
        calico: byOperator({
          installation: {
            ...installation(),
            metadata: { name: 'default', deletionTimestamp: '2026-11-01T00:00:00Z' },
          },
        }),
      },
    ],
  ],
  'imageset-missing': [
    [
      'only the old one',
      'mandatory',
      { calico: byOperator({ imageSets: [{ name: 'calico-v3.29.4', digests: {} }] }) },
    ],
  ],
  'non-privileged': [
    [
      'into v3.30.7',
      'mandatory',
      { to: 'v3.30.7', calico: byOperator({ installation: installation({ nonPrivileged: 'Enabled' }) }) },
    ],
  ],
  'helm-removed-api': [
    [
      'a PodSecurityPolicy on 1.25',
      'mandatory',
      {
        kubernetes: 'v1.25.3',
        from: 'v3.24.5',
        to: 'v3.26.5',
        calico: byOperator(
          {},
          {
            method: 'helm',
            helm: {
              name: 'calico',
              namespace: 'tigera-operator',
              chart: 'tigera-operator',
              chartVersion: 'v3.24.5',
              revision: 2,
              status: 'deployed',
              values: {},
              apiVersions: [{ apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy' }],
            },
          },
        ),
      },
    ],
  ],
  'helm-release-pending': [
    [
      'pending',
      'mandatory',
      {
        calico: byOperator(
          {},
          {
            method: 'helm',
            helm: {
              name: 'calico',
              namespace: 'tigera-operator',
              chart: 'tigera-operator',
              chartVersion: 'v3.29.4',
              revision: 3,
              status: 'pending-upgrade',
              values: {},
              apiVersions: [],
            },
          },
        ),
      },
    ],
  ],
  'image-pull-failing': [
    [
      'a pod of calico-node',
      'skippable',
      {
        calico: {
          components: {
            node: {
              ...node,
              pods: [
                {
                  name: 'calico-node-1',
                  namespace: 'kube-system',
                  node: 'worker-1',
                  phase: 'Pending',
                  isReady: false,
                  isTerminating: false,
                  images: {},
                  restarts: 0,
                  waitingReason: 'ImagePullBackOff',
                  waitingMessage: null,
                  startMs: null,
                },
              ],
            },
          },
        },
      },
    ],
  ],
  'registry-failing': [
    [
      'another pod, the same registry',
      'warning',
      {
        state: { pullFailures: [{ image: 'quay.io/other/app:v1', pods: 3, evidence: somewhere }] },
        input: { images: [plannedImage('quay.io/calico/node:v3.31.7')] },
      },
    ],
  ],
  'pull-secret-missing': [
    [
      'one is not there',
      'skippable',
      {
        calico: { pullSecrets: [{ secret: policyReference('Secret'), namedBy: somewhere, isThere: false }] },
      },
    ],
    [
      'the kubelet says so where nobody may look',
      'skippable',
      {
        calico: {
          pullSecrets: [{ secret: policyReference('Secret'), namedBy: somewhere, isThere: null }],
          warnings: [
            {
              object: somewhere.object,
              reason: 'FailedToRetrieveImagePullSecret',
              message: '',
              count: 1,
              lastSeen: '',
            },
          ],
        },
      },
    ],
  ],
  'image-architecture': [
    ['RISC-V', 'skippable', { state: { nodes: [buildNode('odd', { architecture: 'riscv64' })] } }],
  ],
  'private-registry': [
    [
      'in the images of the plan',
      'notice',
      { input: { images: [plannedImage('registry.example.com/calico/node:v3.29.7')] } },
    ],
    [
      'in the Installation',
      'notice',
      { calico: byOperator({ installation: installation({ registry: 'registry.example.com/' }) }) },
    ],
    [
      'in the image',
      'notice',
      {
        calico: {
          components: {
            node: {
              ...node,
              images: [
                {
                  container: 'calico-node',
                  image: 'registry.example.com:5000/calico/node:v3.29.4',
                  isInit: false,
                },
              ],
            },
          },
        },
      },
    ],
  ],
  'rendered-object-edited': [
    ['by kubectl', 'warning', { calico: byOperator({}, { objects: [renderedNode('kubectl-edit')] }) }],
  ],
  'rendered-object-ignored': [
    [
      'by annotation',
      'skippable',
      { calico: byOperator({}, { objects: [renderedNode('operator', { [IGNORE]: 'true' })] }) },
    ],
  ],

  'owner-references': [
    [
      'into v3.28',
      'mandatory',
      {
        from: 'v3.27.4',
        to: 'v3.28.5',
        kubernetes: 'v1.29.2',
        state: { dependents: [{ object: policyReference('ConfigMap'), owner: policyReference('IPPool') }] },
      },
    ],
  ],
  'admin-network-policies': [
    [
      'into v3.32',
      'skippable',
      {
        from: 'v3.31.7',
        to: 'v3.32.1',
        kubernetes: 'v1.34.1',
        calico: { data: { adminNetworkPolicies: [policyReference('AdminNetworkPolicy')] } },
      },
    ],
  ],
  'admin-network-policies-begin': [
    [
      'into v3.29',
      'skippable',
      {
        from: 'v3.28.2',
        kubernetes: 'v1.30.2',
        calico: { data: { adminNetworkPolicies: [policyReference('AdminNetworkPolicy')] } },
      },
    ],
  ],
  'allow-tigera-tier': [
    [
      'into v3.32',
      'skippable',
      {
        from: 'v3.31.7',
        to: 'v3.32.1',
        kubernetes: 'v1.34.1',
        calico: { data: { allowTigeraPolicies: [policyReference('GlobalNetworkPolicy')] } },
      },
    ],
  ],
  'policy-names': [
    [
      'into v3.32',
      'warning',
      {
        from: 'v3.31.7',
        to: 'v3.32.1',
        kubernetes: 'v1.34.1',
        calico: { data: { defaultPrefix: { withPrefix: 4, without: 0 } } },
      },
    ],
    [
      'with GitOps',
      'skippable',
      {
        from: 'v3.31.7',
        to: 'v3.32.1',
        kubernetes: 'v1.34.1',
        state: { owners: [{ tool: 'argocd', evidence: somewhere, source: null }] },
        calico: { data: { defaultPrefix: { withPrefix: 4, without: 0 } } },
      },
    ],
  ],
  'host-endpoints-drop': [
    [
      'from before v3.14',
      'mandatory',
      {
        from: 'v3.13',
        to: 'v3.22.5',
        kubernetes: 'v1.23.1',
        calico: { data: { allInterfaceHostEndpoints: [policyReference('HostEndpoint')] } },
      },
    ],
  ],
  'stored-object-refused': [
    [
      'a bad value',
      'skippable',
      {
        input: {
          storedProblems: [
            { at: somewhere, problem: 'must be one of A, B', isRefused: true, passesUnchanged: true },
          ],
        },
      },
    ],
  ],
  'stored-field-lost': [
    [
      'an unknown field',
      'warning',
      {
        input: {
          storedProblems: [
            { at: somewhere, problem: 'unknown field', isRefused: false, passesUnchanged: true },
          ],
        },
      },
    ],
  ],

  'customisation-conflict': [
    ['both changed it', 'skippable', { input: { comparisons: [compared('conflicting')] } }],
  ],
  'customisation-dropped': [['no place', 'notice', { input: { comparisons: [compared('dropped')] } }]],
  'definitions-newer': [
    [
      'of a release that was there before',
      'notice',
      {
        input: {
          comparisons: [{ ...compared('kept'), newerDefinitions: ['bgppeers.crd.projectcalico.org'] }],
        },
      },
    ],
  ],
  'customisations-unknown': [
    [
      'no files',
      'skippable',
      {
        input: {
          comparisons: [
            { kind: 'unknown', from: versionOf('v3.29.4'), to: versionOf('v3.29.7'), reason: 'not found' },
          ],
        },
      },
    ],
  ],
  'change-refused': [
    ['by the server', 'mandatory', { input: { changes: [changeOf('refused', 'exceeded quota')] } }],
  ],
  'webhook-unanswered': [
    ['a webhook is away', 'skippable', { input: { changes: [changeOf('unanswered', 'no answer')] } }],
  ],
  'permission-missing': [
    [
      'may not patch',
      'mandatory',
      {
        input: {
          missingAccess: [{ access: { verb: 'patch', group: 'apps', resource: 'daemonsets' }, reason: '' }],
        },
      },
    ],
  ],
  unreadable: [
    [
      'forbidden',
      'skippable',
      {
        state: {
          unreadable: [{ resource: 'nodes', reason: 'forbidden', isForbidden: true, hides: 'nodes' }],
        },
      },
    ],
  ],
  'earlier-run': [
    ['a journal', 'mandatory', { state: { leftovers: [JOURNAL, policyReference('Lease')] } }],
    ['a lock alone', 'warning', { state: { leftovers: [policyReference('Lease')] } }],
  ],
};

/** Fire where the plan is made, before a cluster with a target is judged: see make-plan.test.ts. */
const FIRED_ELSEWHERE: ReadonlySet<PreflightCode> = new Set([
  'install-method-differs',
  'calico-missing',
  'target-unusable',
]);

describe('on a cluster that is well', () => {
  test('a patch upgrade finds nothing at all', () => {
    const found = runPreflight(buildInput()).filter(({ code }) => code !== 'caveat');
    expect(found).toEqual([]);
  });

  test('nothing that an upgrade crosses is claimed to concern it, but notes', () => {
    const found = runPreflight(buildInput({ from: 'v3.28.2', to: 'v3.30.7', kubernetes: 'v1.31.4' }));
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['caveat']));
  });

  test('nor on an operator install', () => {
    const calico = byOperator(
      { installation: installation({ calicoNetwork: { ipPools: [wantedPool] } }) },
      { config: { pools: [pool], podSubnets: ['10.244.0.0/16'] } },
    );
    const found = runPreflight(buildInput({ from: 'v3.27.4', to: 'v3.29.7', kubernetes: 'v1.29.2', calico }));
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['caveat']));
  });
});

describe.each(Object.entries(CASES).filter(([code]) => !FIRED_ELSEWHERE.has(code as PreflightCode)))(
  '%s',
  (code, cases) => {
    test('has a case', () => {
      expect(cases.length).toBeGreaterThan(0);
    });

    test.each(cases)('fires: %s', (_, weight, one) => {
      const found = runPreflight(buildInput(one)).filter((finding) => finding.code === code);
      expect(found).toContainEqual(expect.objectContaining({ code, weight }));
      for (const { message, remedy, source, evidence, more } of found) {
        expect(message).toMatch(/[.:]/);
        expect(message).not.toMatch(/undefined|\[object|NaN/);
        expect(remedy).toMatch(/\.$/);
        expect(source ?? 'https://').toMatch(/^https:\/\//);
        expect(evidence.length).toBeLessThanOrEqual(10);
        expect(more).toBeGreaterThanOrEqual(0);
      }
    });

    test('is in the registry', () => {
      expect(PREFLIGHT_KINDS).toHaveProperty(code);
    });
  },
);

test('what stops comes first, and force makes only skippable findings pass', () => {
  const found = runPreflight(
    buildInput({
      kubernetes: 'v1.34.1',
      state: { leftovers: [JOURNAL], nodes: [buildNode('off', { isSchedulable: false })] },
    }),
  );
  expect(found.map(({ weight }) => weight).filter((weight) => weight !== 'notice')).toEqual([
    'mandatory',
    'skippable',
    'warning',
  ]);
  expect(found.filter((one) => isBlocking(one, false)).map(({ code }) => code)).toEqual([
    'earlier-run',
    'pair-untested',
  ]);
  expect(found.filter((one) => isBlocking(one, true)).map(({ code }) => code)).toEqual(['earlier-run']);
});

test.each<[string, Case]>([
  [
    'an image that cannot be pulled from another registry',
    {
      state: { pullFailures: [{ image: 'ghcr.io/other/app:v1', pods: 3, evidence: somewhere }] },
      input: { images: [plannedImage('quay.io/calico/node:v3.31.7')] },
    },
  ],
  ['the Calico API server down, which is told by itself', { state: { failedGroups: ['projectcalico.org'] } }],
  ['ARM', { state: { nodes: [buildNode('arm', { architecture: 'arm64' })] } }],
  [
    'every BGP session up',
    { calico: { components: { node: { ...node, bgp: { established: 3, notEstablished: 0 } } } } },
  ],
  [
    'an environment that says the same in other words',
    {
      calico: {
        components: {
          node: {
            ...node,
            env: {
              CALICO_IPV4POOL_CIDR: '10.244.0.0/16',
              CALICO_IPV4POOL_IPIP: 'Off',
              CALICO_IPV4POOL_VXLAN: 'CrossSubnet',
              CALICO_IPV4POOL_BLOCK_SIZE: '26',
            },
          },
        },
        config: { pools: [pool] },
      },
    },
  ],
  [
    'a Secret that is there',
    { calico: { pullSecrets: [{ secret: policyReference('Secret'), namedBy: somewhere, isThere: true }] } },
  ],
  [
    'images of a private registry that every node holds',
    { input: { images: [{ ...plannedImage('registry.example.com/calico/node:v3.29.7'), onNodes: 3 }] } },
  ],
])('%s is no finding', (_, one) => {
  const found = runPreflight(buildInput(one)).map(({ code }) => code);
  expect(found.filter((code) => code !== 'caveat')).toEqual([]);
});

test('a row of the policy that is right is not spoken of', () => {
  const found = runPreflight(buildInput({ input: { policy: policyOf('1.31', 'v3.29.7', 'v1.36.16') } }));
  expect(found.map(({ code }) => code).filter((code) => code.startsWith('policy-'))).toEqual([]);
});

test('many places are counted, not all named', () => {
  const found = runPreflight(
    buildInput({
      state: { nodes: Array.from({ length: 40 }, (_, index) => buildNode(`n${index}`, { isReady: false })) },
    }),
  );
  expect(found.find(({ code }) => code === 'node-not-ready')).toMatchObject({
    message: '40 nodes are not Ready: n0, n1, n2 and 37 more.',
    more: 30,
  });
});
