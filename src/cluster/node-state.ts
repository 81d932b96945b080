import type { Version } from '../version/version.js';

export interface NodeState {
  readonly name: string;
  readonly kubelet: Version;
  /** `linux`, `windows` */
  readonly os: string;
  readonly osImage: string;
  readonly kernel: string;
  readonly architecture: string;
  /** `containerd://1.7.27` */
  readonly runtime: string;
  readonly isReady: boolean;
  readonly isSchedulable: boolean;
  readonly isControlPlane: boolean;
  /** `DiskPressure`, `MemoryPressure`, `PIDPressure`, `NetworkUnavailable` that are true. */
  readonly pressures: readonly string[];
  /** Calico's and the operator's images that the node holds, as the kubelet lists them: by tag and by digest. */
  readonly images: readonly string[];
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
  readonly labels: Readonly<Record<string, string>>;
  /** Addresses that calico-node wrote (`projectcalico.org/IPv4Address` and its like) and those of the kubelet. */
  readonly addresses: {
    readonly internal: readonly string[];
    readonly calico: Readonly<Record<string, string>>;
  };
  /** What pods may still ask for: allocatable less the requests of the node's pods. */
  readonly room: { readonly cpuMillis: number; readonly memoryBytes: number; readonly pods: number };
  /** A node without a kubelet of its own (virtual-kubelet, Fargate): calico-node never runs there. */
  readonly isVirtual: boolean;
  /** What is inside, as its calico-node pod sees it; null where nobody looked. */
  readonly inside: NodeInside | null;
}

/** What a look into a node gave. */
export type NodeInside =
  | {
      readonly kind: 'seen';
      /** CNI configuration in the order in which a container runtime takes it; null where calico-node does not have it. */
      readonly cniFiles: readonly CniFile[] | null;
      readonly iptables: IptablesRules;
    }
  | { readonly kind: 'unseen'; readonly reason: string; readonly isForbidden: boolean };

/** A file of CNI configuration. */
export interface CniFile {
  readonly name: string;
  /** Every `type` in it: plugins, their IPAM, what they delegate to; empty where it is no configuration. */
  readonly types: readonly string[];
}

/** The rules of a node by iptables' backends; null where they could not be read. */
export interface IptablesRules {
  readonly legacy: BackendRules | null;
  readonly nft: BackendRules | null;
}

/** How many rules there are in one backend, of both address families. */
export interface BackendRules {
  /** Whether the kubelet's chains are there, by which programs find out the backend. */
  readonly isHinted: boolean;
  /** Rules in Kubernetes' chains (KUBE-…), in Calico's (cali-…) and elsewhere. */
  readonly kubernetes: number;
  readonly calico: number;
  readonly other: number;
}
