import type { ObjectReference } from '../ports/cluster-client.js';
import type { Version } from '../version/version.js';
import type { CalicoState } from './calico-state.js';
import type { Evidence } from './evidence.js';
import type { NodeState } from './node-state.js';

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

/** An image that nodes could not pull when the cluster was read. */
export interface PullFailure {
  /** As the pods name it. */
  readonly image: string;
  /** How many pods wait for it. */
  readonly pods: number;
  /** One of them, the field that says so, and its reason (`ImagePullBackOff`). */
  readonly evidence: Evidence;
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
