import type { ObjectReference } from '../ports/cluster-client.js';

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
