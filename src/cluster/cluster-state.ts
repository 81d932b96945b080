import type { KubernetesObject, ObjectReference } from '../ports/cluster-client.js';
import type { Version } from '../version/version.js';

/**
 * A cluster as it was read at one time, through its API alone. Whatever judges a cluster (preflight, path, plan)
 * reads this and asks the cluster nothing. Large kinds are counted and summed up, never kept whole.
 */
export interface ClusterState {
  /** UID of the namespace kube-system: tells one cluster from another. */
  readonly uid: string;
  /** Address of the API server, for messages. */
  readonly server: string;
  readonly kubernetes: { readonly version: Version; readonly gitVersion: string };
  /** Sorted by name. */
  readonly nodes: readonly NodeState[];
  /** null where there is no Calico in the cluster, or nothing of it could be read (see `unreadable`). */
  readonly calico: CalicoState | null;
  readonly network: NetworkState;
  /** Pods that are neither done nor of the host's network: each has an address; null where pods could not be read. */
  readonly podCount: number | null;
  /** Images that nodes cannot pull now, of whichever pods. */
  readonly pullFailures: readonly PullFailure[];
  /** Who else writes Calico's objects; empty where nobody does. */
  readonly owners: readonly Owner[];
  /** Namespaces that are being deleted, and why they are stuck where that is known. */
  readonly terminating: readonly Terminating[];
  /** Objects that depend (OwnerReference) on projectcalico.org/v3 objects. */
  readonly dependents: readonly { readonly object: ObjectReference; readonly owner: ObjectReference }[];
  /** The kinds that were looked through for dependents (`Pod`, `NetworkPolicy`, …): of others nothing is known. */
  readonly dependentKinds: readonly string[];
  /** Journal or lock of an earlier run of this program; empty where there is none. */
  readonly leftovers: readonly ObjectReference[];
  /** API groups whose server does not answer (an APIService that is down): no namespace can be deleted meanwhile. */
  readonly failedGroups: readonly string[];
  /** What could not be read: those who judge must say what they cannot know. */
  readonly unreadable: readonly Unreadable[];
}

export interface Unreadable {
  /** `nodes`, `felixconfigurations.crd.projectcalico.org`. */
  readonly resource: string;
  /** One sentence: what the server said. */
  readonly reason: string;
  /** Whether it is a permission that is missing (403). */
  readonly isForbidden: boolean;
  /** What is not known without it: `what room nodes have`; continues “Without it it is not known …”. */
  readonly hides: string;
}

/** Where something was read: an object, the path of a field in it, and what stood there. */
export interface Evidence {
  readonly object: ObjectReference;
  /** `spec.template.spec.containers[name=calico-node].image`; empty where it is the object as such. */
  readonly field: string;
  readonly value: string;
}

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

/** An image that nodes could not pull when the cluster was read. */
export interface PullFailure {
  /** As the pods name it. */
  readonly image: string;
  /** How many pods wait for it. */
  readonly pods: number;
  /** One of them, the field that says so, and its reason (`ImagePullBackOff`). */
  readonly evidence: Evidence;
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

/** A DaemonSet or Deployment of the install, and the pods it has now. */
export interface Workload {
  readonly reference: ObjectReference;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly desired: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly images: readonly {
    readonly container: string;
    readonly image: string;
    readonly isInit: boolean;
  }[];
  /** RollingUpdate, OnDelete, Recreate. */
  readonly updateStrategy: string;
  readonly maxUnavailable: string | null;
  readonly pods: readonly PodState[];
}

export interface PodState {
  readonly name: string;
  readonly namespace: string;
  readonly node: string | null;
  readonly phase: string;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  /** Image of each container, as the spec names it. */
  readonly images: Readonly<Record<string, string>>;
  readonly restarts: number;
  /** `CrashLoopBackOff`, `ImagePullBackOff`, … of a container that waits; null where none does. */
  readonly waitingReason: string | null;
  /** What the reason's message says; never a log. */
  readonly waitingMessage: string | null;
  /** From creation to Ready, in ms; null where it is not Ready. */
  readonly startMs: number | null;
}

/** Parts of calico-node by its probes, ports and environment. */
export interface NodeComponent extends Workload {
  readonly felix: { readonly isEnabled: boolean; readonly isProbed: boolean };
  readonly bird: { readonly isEnabled: boolean; readonly isProbed: boolean };
  readonly confd: { readonly isEnabled: boolean };
  /** Environment of the container calico-node; values from fields and secrets are left out. */
  readonly env: Readonly<Record<string, string>>;
  /** BGP peers by CalicoNodeStatus where such objects exist; null elsewhere. */
  readonly bgp: { readonly established: number; readonly notEstablished: number } | null;
  readonly requests: { readonly cpuMillis: number; readonly memoryBytes: number };
  readonly limits: { readonly cpuMillis: number | null; readonly memoryBytes: number | null };
}

export interface TyphaComponent extends Workload {
  readonly replicas: number;
  /** Whether certificates are mounted (`typha-certs`, `node-certs`). */
  readonly hasCertificates: boolean;
  readonly disruptionBudget: {
    readonly reference: ObjectReference;
    readonly disruptionsAllowed: number;
  } | null;
}

export interface KubeControllersComponent extends Workload {
  /** By ENABLED_CONTROLLERS and KubeControllersConfiguration: `node`, `policy`, `namespace`, `serviceaccount`, `workloadendpoint`, `loadbalancer`. */
  readonly enabledControllers: readonly string[];
}

export interface ApiServerComponent extends Workload {
  readonly apiService: {
    readonly reference: ObjectReference;
    readonly isAvailable: boolean;
    readonly reason: string;
    readonly message: string;
    /** Whether kube-controller-manager may read tiers; null where that could not be asked. */
    readonly mayReadTiers: boolean | null;
  } | null;
}

export interface Components {
  readonly node: NodeComponent | null;
  readonly windowsNode: Workload | null;
  readonly typha: TyphaComponent | null;
  readonly kubeControllers: KubeControllersComponent | null;
  readonly apiserver: ApiServerComponent | null;
  readonly csi: Workload | null;
  readonly goldmane: Workload | null;
  readonly whisker: Workload | null;
  /** Admission webhooks of native v3 CRDs (3.32 on). */
  readonly webhooks: Workload | null;
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

export interface NetworkState {
  readonly kubeProxy: {
    readonly mode: 'iptables' | 'ipvs' | 'nftables' | 'none' | 'unknown';
    readonly evidence: readonly Evidence[];
  };
  /** CNIs other than Calico, by the workloads that run them. */
  readonly otherCnis: readonly { readonly name: string; readonly evidence: Evidence }[];
}

export type OwnerTool =
  | 'flux'
  | 'argocd'
  | 'helm'
  | 'kops'
  | 'rke2'
  | 'k3s'
  | 'k0s'
  | 'microk8s'
  | 'addon-manager'
  | 'aks'
  | 'gke'
  | 'eks'
  | 'openshift'
  | 'rancher'
  | 'kubespray'
  | 'fleet';

/** Someone else that owns Calico's objects, and where a change has to be made instead. */
export interface Owner {
  readonly tool: OwnerTool;
  readonly evidence: Evidence;
  /** The object that drives it, where it is named: `Kustomization flux-system/calico`. */
  readonly source: string | null;
}

export interface Terminating {
  readonly namespace: string;
  readonly since: string;
  /** The namespace's own conditions that say what is left. */
  readonly reason: string;
}
