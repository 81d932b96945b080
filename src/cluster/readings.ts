import type {
  KubernetesObject,
  ObjectReference,
  ServedKind,
  ServerVersion,
} from '../ports/cluster-client.js';
import type {
  CalicoApiGroup,
  CalicoState,
  HelmRelease,
  PullSecret,
  WorkloadWarning,
} from './calico-state.js';
import type { ClusterState, PullFailure, Terminating, Unreadable } from './cluster-state.js';
import type { PodState } from './workload-state.js';
import type { DikastesPods } from './interpret/application-layer.js';
import type { KindSummary } from './interpret/data.js';
import type { NodeReading, Requests } from './interpret/nodes.js';

/** What was read of a cluster, as far as it is kept. {@link interpret} makes the cluster's state of it. */
export interface Readings {
  readonly server: string;
  readonly serverVersion: ServerVersion;
  readonly kinds: readonly ServedKind[];
  readonly failedGroups: readonly string[];
  /** The namespace kube-system; null where it could not be read. */
  readonly kubeSystem: KubernetesObject | null;
  readonly namespaces: NamespaceReadings;
  readonly nodes: readonly NodeReading[];
  /** Calico's DaemonSets and Deployments, those of other CNIs, and kube-proxy. */
  readonly workloads: readonly KubernetesObject[];
  readonly pods: PodReadings;
  /** Calico's and the operator's definitions, without their schemas. */
  readonly definitions: readonly KubernetesObject[];
  readonly schemaDigests: CalicoState['schemaDigests'];
  readonly apiService: KubernetesObject | null;
  /** Whether kube-controller-manager may read tiers; null where that was not asked, or not answered. */
  readonly mayReadTiers: boolean | null;
  readonly operator: OperatorReadings;
  readonly configMaps: ConfigMapReadings;
  readonly calico: CalicoReadings;
  /** Objects of the install besides workloads, ConfigMaps and definitions. */
  readonly installObjects: readonly KubernetesObject[];
  readonly pullSecrets: readonly PullSecret[];
  readonly helm: HelmRelease | null;
  readonly warnings: readonly WorkloadWarning[];
  readonly leftovers: readonly ObjectReference[];
  readonly dependents: ClusterState['dependents'];
  readonly dependentKinds: readonly string[];
  readonly unreadable: readonly Unreadable[];
}

export interface NamespaceReadings {
  readonly terminating: readonly Terminating[];
  /** Namespaces into whose pods Istio injects. */
  readonly injected: readonly string[];
}

export interface PodReadings {
  /** What the pods of each node ask for. */
  readonly requests: ReadonlyMap<string, Requests>;
  /** Pods of each workload of Calico, by {@link workloadKey}. */
  readonly byWorkload: ReadonlyMap<string, readonly PodState[]>;
  /** Pods that are neither done nor of the host's network. */
  readonly withAddress: number;
  /** One pod of kube-proxy and one of kube-controller-manager, for their flags. */
  readonly kubeProxy: KubernetesObject | null;
  readonly controllerManager: KubernetesObject | null;
  readonly dikastes: DikastesPods;
  readonly pullFailures: readonly PullFailure[];
  readonly isReadable: boolean;
}

export interface OperatorReadings {
  readonly installation: KubernetesObject | null;
  readonly tigeraStatuses: readonly KubernetesObject[];
  readonly imageSets: readonly KubernetesObject[];
  readonly resources: readonly KubernetesObject[];
}

export interface ConfigMapReadings {
  /** Those that calico-node's environment points at. */
  readonly ofNode: readonly KubernetesObject[];
  readonly kubeProxy: readonly KubernetesObject[];
  readonly kubeadm: KubernetesObject | null;
}

/** Calico's own objects. */
export interface CalicoReadings {
  readonly dataGroup: CalicoApiGroup;
  readonly migration: CalicoState['datastoreMigration'];
  /** Kinds that are few, whole, by kind. */
  readonly kept: ReadonlyMap<string, readonly KubernetesObject[]>;
  /** Kinds that passed by, by the name that counts them. */
  readonly summaries: ReadonlyMap<string, KindSummary>;
  /** Kinds that were only counted. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Tells workloads apart: `DaemonSet kube-system/calico-node`. */
export function workloadKey({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
