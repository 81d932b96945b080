import type { KubernetesObject, ObjectReference } from '../ports/cluster-client.js';
import type { Version } from '../version/version.js';
import type { Evidence } from './evidence.js';
import type { Components, Workload } from './workload-state.js';

export type InstallMethodOnCluster = 'operator' | 'helm' | 'manifest';

export type Variant =
  | 'calico'
  | 'calico-typha'
  | 'calico-vxlan'
  | 'calico-bpf'
  | 'calico-policy-only'
  | 'calico-etcd'
  | 'calico-v3-crds'
  | 'canal'
  | 'canal-etcd'
  | 'operator';

export type CalicoApiGroup = 'crd.projectcalico.org' | 'projectcalico.org';

export interface CalicoState {
  readonly method: InstallMethodOnCluster;
  /** Several, where signs of more than one method are found (a migration that did not end). */
  readonly otherMethods: readonly InstallMethodOnCluster[];
  readonly variant: Variant;
  readonly methodEvidence: readonly Evidence[];
  readonly variantEvidence: readonly Evidence[];
  /** Calico Enterprise (Tigera's images, licence, Installation variant) is another product, never upgraded from here. */
  readonly edition: 'open-source' | 'enterprise';
  /** What says that it is Enterprise; empty for open source. */
  readonly editionEvidence: readonly Evidence[];
  /**
   * Whether Calico gives pods their network. False where it only enforces policy beside another CNI: the policy-only
   * variant, canal, an Installation whose `cni.type` is AmazonVPC, AzureVNET or GKE.
   */
  readonly providesNetworking: boolean;
  /** `kube-system` or `calico-system`. */
  readonly namespace: string;
  readonly datastore: 'kubernetes' | 'etcdv3';
  /** The group that holds the data; `projectcalico.org` means native v3 CRDs. */
  readonly dataGroup: CalicoApiGroup;
  /** Move from `crd.projectcalico.org` to native v3 CRDs (DatastoreMigration); null where none was ever asked for. */
  readonly datastoreMigration: { readonly reference: ObjectReference; readonly phase: string } | null;
  readonly dataplane: 'iptables' | 'nftables' | 'bpf' | 'vpp' | 'windows' | 'unknown';
  readonly versions: CalicoVersions;
  readonly components: Components;
  readonly config: CalicoConfig;
  readonly data: CalicoData;
  /** Application layer policy in use: Felix syncs policies to Dikastes, or pods carry it. */
  readonly applicationLayerPolicy: ApplicationLayerPolicy;
  /** The operator's view; null on manifest installs. */
  readonly operator: OperatorState | null;
  /** The Helm release; null where Helm did not install it. */
  readonly helm: HelmRelease | null;
  /**
   * The live objects of the install that upstream's file for the variant can name (workloads, RBAC, ConfigMaps,
   * ServiceAccounts, PodDisruptionBudgets, Services, the APIService, CRDs without their schemas), whole: what customisations are read off.
   */
  readonly objects: readonly KubernetesObject[];
  /** What images are pulled with; empty where nothing names any. */
  readonly pullSecrets: readonly PullSecret[];
  /**
   * Digests of the schemas of the definitions that are there, by their name and version: `ippools.crd.projectcalico.org`,
   * `v1`. Null where definitions could not be read.
   */
  readonly schemaDigests: Readonly<Record<string, Readonly<Record<string, string>>>> | null;
  /** The newest warnings about the install's pods and workloads that the cluster keeps, newest first; at most 50. */
  readonly warnings: readonly WorkloadWarning[];
}

/** A Secret that the install's pods are to pull images with. */
export interface PullSecret {
  readonly secret: ObjectReference;
  readonly namedBy: Evidence;
  /** null where the account may not see whether it is there. */
  readonly isThere: boolean | null;
}

/** An Event of type Warning. */
export interface WorkloadWarning {
  readonly object: ObjectReference;
  /** `Unhealthy`, `BackOff`, `FailedScheduling`, … */
  readonly reason: string;
  /** Its first 300 characters. */
  readonly message: string;
  readonly count: number;
  /** ISO time; empty where the event has none. */
  readonly lastSeen: string;
}

/** The version by every source that names one. */
export interface CalicoVersions {
  readonly readings: readonly VersionReading[];
  /** What the cluster runs; null where the sources cannot be brought together. */
  readonly running: Version | null;
  /**
   * `agreed`; `stale`: a source lags that is known to (ClusterInformation, Installation.status); `mixed`: pods of
   * several versions run, an upgrade is under way or stopped half way; `conflict`: anything else.
   */
  readonly verdict: 'agreed' | 'stale' | 'mixed' | 'conflict' | 'unknown';
  /** One sentence that says what the readings mean together. */
  readonly explanation: string;
}

export type VersionSource =
  | 'node-pods'
  | 'node-daemonset'
  | 'typha'
  | 'kube-controllers'
  | 'apiserver'
  | 'cluster-information'
  | 'installation-status'
  | 'operator-image'
  | 'helm-chart';

export interface VersionReading {
  readonly source: VersionSource;
  /** null where it is not a version: a digest, a tag of one's own. */
  readonly version: Version | null;
  readonly text: string;
  /** How many pods say so; 1 for what is no pod. */
  readonly count: number;
  readonly at: Evidence;
}

/** An IP pool as stored. */
export interface PoolState {
  readonly name: string;
  readonly cidr: string;
  readonly ipipMode: string;
  readonly vxlanMode: string;
  readonly natOutgoing: boolean;
  readonly disabled: boolean;
  readonly blockSize: number | null;
  readonly nodeSelector: string;
  /** Whether the operator's label says that it owns the pool. */
  readonly isOperatorOwned: boolean;
}

/** Calico's own configuration objects, whole where they are few. */
export interface CalicoConfig {
  readonly felix: readonly KubernetesObject[];
  readonly bgp: readonly KubernetesObject[];
  readonly bgpPeers: readonly KubernetesObject[];
  readonly kubeControllers: readonly KubernetesObject[];
  readonly ipam: readonly KubernetesObject[];
  readonly tiers: readonly { readonly name: string; readonly order: number | null }[];
  readonly pools: readonly PoolState[];
  readonly clusterInformation: KubernetesObject | null;
  /** ConfigMap calico-config or canal-config; null where there is none. */
  readonly configMap: KubernetesObject | null;
  /** Pod network as kubeadm's configuration and kube-controller-manager's flags say; empty where they do not. */
  readonly podSubnets: readonly string[];
}

export interface CalicoData {
  /** How many objects of each kind (`globalnetworkpolicies.crd.projectcalico.org`) there are. */
  readonly counts: Readonly<Record<string, number>>;
  /** Policies per tier and kind: `default/NetworkPolicy`. */
  readonly policiesByTier: Readonly<Record<string, number>>;
  /**
   * Policies in the tiers that 3.32 renames or no longer enforces, those that the operator made left out; a few names of
   * each for messages.
   */
  readonly adminNetworkPolicies: readonly ObjectReference[];
  readonly allowTigeraPolicies: readonly ObjectReference[];
  /** Policies of the default tier whose name holds the prefix `default.`, and those that do not. */
  readonly defaultPrefix: { readonly withPrefix: number; readonly without: number };
  /** Host endpoints for all interfaces (`interfaceName: "*"`), those that Calico made itself left out. */
  readonly allInterfaceHostEndpoints: readonly ObjectReference[];
  /** Objects under deletion that a finalizer holds. */
  readonly stuck: readonly { readonly object: ObjectReference; readonly finalizers: readonly string[] }[];
  /** CRDs of Calico and the operator that are under deletion. */
  readonly terminatingCrds: readonly string[];
}

export interface ApplicationLayerPolicy {
  readonly isInUse: boolean;
  readonly evidence: readonly Evidence[];
  /** Namespaces with injection switched on, and how many pods carry Dikastes. */
  readonly namespaces: readonly string[];
  readonly injectedPods: number;
}

export interface TigeraStatusState {
  readonly name: string;
  readonly isAvailable: boolean;
  readonly isProgressing: boolean;
  readonly isDegraded: boolean;
  readonly reason: string;
  readonly message: string;
  /** Whether the conditions speak of the object's current generation. */
  readonly isCurrent: boolean;
}

/** An ImageSet: the digests by which an operator pulls the images of a release. */
export interface ImageSetState {
  /** `calico-v3.31.7` */
  readonly name: string;
  /** By image, as `calico/node`: `sha256:…`. */
  readonly digests: Readonly<Record<string, string>>;
}

export interface OperatorState {
  /** Deployment tigera-operator/tigera-operator; null where it is gone. */
  readonly deployment: Workload | null;
  readonly version: Version | null;
  /** What the catalog says this operator installs; null where it does not know the operator. */
  readonly installs: Version | null;
  readonly replicas: number;
  /** Installation `default`, whole; null where there is none. */
  readonly installation: KubernetesObject | null;
  readonly imageSets: readonly ImageSetState[];
  readonly tigeraStatuses: readonly TigeraStatusState[];
  /** APIServer, Goldmane, Whisker, GatewayAPI, …, whole. */
  readonly resources: readonly KubernetesObject[];
  /** Nodes that the operator's migration from a manifest install marked. */
  readonly migration: { readonly preOperator: number; readonly migrated: number } | null;
}

export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly chartVersion: string;
  readonly revision: number;
  readonly status: string;
  /** The user's own values, as Helm keeps them. They may hold credentials (`imagePullSecrets`): never shown, never logged. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What the chart made of the values, definitions and Secrets left out; what of it cannot be read is left out too. */
  readonly objects: readonly KubernetesObject[];
  /** Whether Helm applies its objects server-side, as Helm 4 does; absent is false. */
  readonly isServerSide?: boolean;
  /** Kinds and versions in the stored manifest: what a removed API would make fail. */
  readonly apiVersions: readonly { readonly apiVersion: string; readonly kind: string }[];
}
