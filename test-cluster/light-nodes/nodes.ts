/** Light nodes that are alike. What is left out is as on a common cloud machine. */
export interface LightNodeGroup {
  readonly count: number;
  /** Names are `PREFIX-1`, `PREFIX-2`, …; unique in the cluster. Default: `light`. */
  readonly namePrefix?: string;
  readonly osImage?: string;
  readonly kernelVersion?: string;
  readonly architecture?: string;
  /** `containerd://1.7.27`. */
  readonly containerRuntimeVersion?: string;
  /** Default: the version of the cluster. */
  readonly kubeletVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Default: 4 CPUs, 16 GiB, 110 pods. */
  readonly allocatable?: Readonly<Record<string, string>>;
}

/** The label that says that kwok is the kubelet of a node. */
export const LIGHT_NODE_LABEL = 'light-nodes.test/managed';
/** The annotation whose text a node gives as the reason why it is not ready. */
export const NOT_READY_ANNOTATION = 'light-nodes.test/not-ready';

/** As many as there are addresses for. */
export const MAX_LIGHT_NODES = 20_000;

/** All nodes of the groups, as a kubelet would register them. */
export function nodesOf(groups: readonly LightNodeGroup[], version: string): readonly LightNode[] {
  const names = groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, index) => ({
      name: `${group.namePrefix ?? 'light'}-${index + 1}`,
      group,
    })),
  );
  return names.map(({ name, group }, index) => nodeOf(name, index, group, version));
}

/** One more node beside those that a cluster began with. @param index unique in the cluster, for its addresses */
export function anotherNode(name: string, index: number, version: string): LightNode {
  return nodeOf(name, index, { count: 1 }, version);
}

export interface LightNode {
  readonly metadata: { readonly name: string };
}

const ALLOCATABLE = { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' } as const;

function nodeOf(name: string, index: number, group: LightNodeGroup, version: string): LightNode {
  const { architecture = 'amd64', kubeletVersion = version } = group;
  const allocatable = { ...ALLOCATABLE, ...group.allocatable };
  const { address, podNetwork } = addressesOf(index);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
        [LIGHT_NODE_LABEL]: 'true',
        ...group.labels,
      },
    },
    spec: { podCIDR: podNetwork, podCIDRs: [podNetwork], taints: group.taints ?? [] },
    status: {
      capacity: allocatable,
      allocatable,
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
        { type: 'InternalDNS', address: 'localhost' },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: NO_KUBELET_PORT } },
      nodeInfo: {
        architecture,
        bootID: `boot-${name}`,
        containerRuntimeVersion: group.containerRuntimeVersion ?? 'containerd://1.7.27',
        kernelVersion: group.kernelVersion ?? '6.8.0-60-generic',
        kubeProxyVersion: '',
        kubeletVersion,
        machineID: `machine-${name}`,
        operatingSystem: 'linux',
        osImage: group.osImage ?? 'Ubuntu 24.04.2 LTS',
        systemUUID: `system-${name}`,
      },
    },
  } as LightNode;
}

/** Nothing listens there, so that `logs` and `exec` on a light node fail at once, on this machine. */
const NO_KUBELET_PORT = 1;

/**
 * Addresses that belong to nobody, so that nothing is reached by accident: nodes have some of the network for benchmarks
 * (RFC 2544), pods some of the reserved class E (RFC 1112).
 */
function addressesOf(index: number): { readonly address: string; readonly podNetwork: string } {
  const place = index + 1;
  return {
    address: `198.${18 + (place >> 16)}.${(place >> 8) & 0xff}.${place & 0xff}`,
    podNetwork: `240.${place >> 8}.${place & 0xff}.0/24`,
  };
}
