import type { CalicoConfig, CalicoData, CalicoState } from '../../src/cluster/calico-state.js';
import type { ClusterState } from '../../src/cluster/cluster-state.js';
import type { BackendRules, NodeInside, NodeState } from '../../src/cluster/node-state.js';
import type { KubeControllersComponent, NodeComponent, Workload } from '../../src/cluster/workload-state.js';
import { versionOf } from '../../src/catalog/queries.js';

/** What a test changes of something that is whole without it; objects are merged, all else is replaced. */
export type Changes<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Changes<T[Key]> | T[Key] }
    : T;

/** A node that is well: Ubuntu, containerd, Ready. */
export function buildNode(name: string, changes: Partial<NodeState> = {}): NodeState {
  return {
    name,
    kubelet: versionOf('v1.31.4'),
    os: 'linux',
    osImage: 'Ubuntu 24.04.2 LTS',
    kernel: '6.8.0-31-generic',
    architecture: 'amd64',
    runtime: 'containerd://1.7.27',
    isReady: true,
    isSchedulable: true,
    isControlPlane: false,
    pressures: [],
    images: [],
    taints: [],
    labels: {},
    addresses: { internal: [], calico: {} },
    room: { cpuMillis: 2000, memoryBytes: 4 * 2 ** 30, pods: 50 },
    isVirtual: false,
    inside: buildInside(),
    ...changes,
  };
}

/** A node that was looked into: Calico's configuration alone, and every rule in the nft backend. */
export function buildInside(changes: Partial<NodeSeen> = {}): NodeSeen {
  return {
    kind: 'seen',
    cniFiles: [{ name: '10-calico.conflist', types: ['calico', 'calico-ipam', 'k8s', 'portmap'] }],
    iptables: { legacy: buildRules(), nft: buildRules({ isHinted: true, kubernetes: 40, calico: 60 }) },
    ...changes,
  };
}

export type NodeSeen = Extract<NodeInside, { readonly kind: 'seen' }>;

/** Rules of a backend; none where nothing is said. */
export function buildRules(changes: Partial<BackendRules> = {}): BackendRules {
  return { isHinted: false, kubernetes: 0, calico: 0, other: 0, ...changes };
}

/** A workload of the install whose pods are all new and ready. */
export function buildWorkload(
  kind: string,
  name: string,
  pods: number,
  changes: Partial<Workload> = {},
): Workload {
  return {
    reference: { apiVersion: 'apps/v1', kind, namespace: 'kube-system', name },
    generation: 1,
    observedGeneration: 1,
    desired: pods,
    updated: pods,
    ready: pods,
    available: pods,
    images: [{ container: name, image: `docker.io/calico/${name}:v3.29.4`, isInit: false }],
    updateStrategy: 'RollingUpdate',
    maxUnavailable: '1',
    pods: [],
    ...changes,
  };
}

/** Calico v3.29.4 by manifest, on three nodes, with everything well. */
export function buildCalico(changes: Changes<CalicoState> = {}): CalicoState {
  const node: NodeComponent = {
    ...buildWorkload('DaemonSet', 'calico-node', 3),
    images: [{ container: 'calico-node', image: 'docker.io/calico/node:v3.29.4', isInit: false }],
    felix: { isEnabled: true, isProbed: true },
    bird: { isEnabled: true, isProbed: true },
    confd: { isEnabled: true },
    env: { DATASTORE_TYPE: 'kubernetes' },
    bgp: null,
    requests: { cpuMillis: 250, memoryBytes: 0 },
    limits: { cpuMillis: null, memoryBytes: null },
  };
  const kubeControllers: KubeControllersComponent = {
    ...buildWorkload('Deployment', 'calico-kube-controllers', 1),
    enabledControllers: ['node'],
  };
  const config: CalicoConfig = {
    felix: [],
    bgp: [],
    bgpPeers: [],
    kubeControllers: [],
    ipam: [],
    tiers: [],
    pools: [],
    clusterInformation: null,
    configMap: null,
    podSubnets: [],
  };
  const data: CalicoData = {
    counts: {},
    policiesByTier: {},
    adminNetworkPolicies: [],
    allowTigeraPolicies: [],
    defaultPrefix: { withPrefix: 0, without: 0 },
    allInterfaceHostEndpoints: [],
    stuck: [],
    terminatingCrds: [],
  };
  const calico: CalicoState = {
    method: 'manifest',
    otherMethods: [],
    variant: 'calico',
    methodEvidence: [],
    variantEvidence: [],
    edition: 'open-source',
    editionEvidence: [],
    providesNetworking: true,
    namespace: 'kube-system',
    datastore: 'kubernetes',
    dataGroup: 'crd.projectcalico.org',
    datastoreMigration: null,
    dataplane: 'iptables',
    versions: {
      readings: [],
      running: versionOf('v3.29.4'),
      verdict: 'agreed',
      explanation: 'All say v3.29.4.',
    },
    components: {
      node,
      windowsNode: null,
      typha: null,
      kubeControllers,
      apiserver: null,
      csi: null,
      goldmane: null,
      whisker: null,
      webhooks: null,
    },
    config,
    data,
    applicationLayerPolicy: { isInUse: false, evidence: [], namespaces: [], injectedPods: 0 },
    operator: null,
    helm: null,
    objects: [],
    schemaDigests: {},
    pullSecrets: [],
    warnings: [],
  };
  return mergeChanges(calico, changes);
}

/** Kubernetes v1.31.4 with three workers and one Calico. */
export function buildState(changes: Changes<ClusterState> = {}): ClusterState {
  const state: ClusterState = {
    uid: '11111111-2222-3333-4444-555555555555',
    server: 'https://192.0.2.1:6443',
    kubernetes: { version: versionOf('v1.31.4'), gitVersion: 'v1.31.4' },
    nodes: ['worker-1', 'worker-2', 'worker-3'].map((name) => buildNode(name)),
    calico: buildCalico(),
    network: { kubeProxy: { mode: 'iptables', evidence: [] }, otherCnis: [] },
    podCount: 30,
    pullFailures: [],
    owners: [],
    terminating: [],
    dependents: [],
    dependentKinds: [],
    failedGroups: [],
    leftovers: [],
    unreadable: [],
  };
  return mergeChanges(state, changes);
}

function mergeChanges<T>(whole: T, changes: unknown): T {
  if (!isPlain(whole) || !isPlain(changes)) return (changes ?? whole) as T;
  const merged: Record<string, unknown> = { ...whole };
  for (const [key, value] of Object.entries(changes)) {
    merged[key] = isPlain(value) && isPlain(merged[key]) ? mergeChanges(merged[key], value) : value;
  }
  return merged as T;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
