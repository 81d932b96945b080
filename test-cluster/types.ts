import { type ApiClient } from './api-client.js';
import { type Authority, type CertificateRequest } from './certificates/certificate.js';
import { type ControllerRate } from './control-plane/controller-rate.js';
import { type ApiServerSteering } from './control-plane/steer-api-server.js';
import { type LightNodes } from './light-nodes/light-nodes.js';
import { type LightNodeGroup } from './light-nodes/nodes.js';

/** Kubernetes releases that the project can build (a folder each in `go/`). */
export const KUBERNETES_RELEASES = ['v1.34.4', 'v1.30.14', 'v1.36.3'] as const;
export type KubernetesRelease = (typeof KUBERNETES_RELEASES)[number];

/** What a cluster is made of. */
export interface ClusterOptions {
  /** Default: what KUBEBUILDER_ASSETS has, else v1.34.4. */
  readonly kubernetes?: KubernetesRelease;
  /** Simulated nodes (kwok): how many, or groups of different ones. Default: 0. */
  readonly lightNodes?: number | readonly LightNodeGroup[];
  /** Nodes whose pods really run: network namespaces with containerd, kubelet and kube-proxy. Default: 0. */
  readonly realNodes?: number;
  /** Whether controller manager and scheduler run. Default: true; without them a cluster starts in 3 s. */
  readonly controllers?: boolean;
  /** Default: `raised`. */
  readonly controllerRate?: ControllerRate;
  /** Whether the API server writes an audit log ({@link TestCluster.auditLog}). Default: false. */
  readonly audit?: boolean;
  readonly onProgress?: (text: string) => void;
}

/** A cluster that runs. */
export interface TestCluster {
  /** Unique among the clusters of this machine. */
  readonly id: string;
  /** `v1.34.4`: what the API server is. */
  readonly kubernetes: string;
  /** Where all its files are; gone after `stop`. */
  readonly directory: string;
  /** The text of a kubeconfig of an administrator; its server can be reached from this machine. */
  readonly kubeconfig: string;
  /** The file with it. */
  readonly kubeconfigPath: string;
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  readonly nodes: readonly string[];
  /** Steers what happens on light nodes. */
  readonly lightNodes: LightNodes;
  /** Takes the API server away, and brings it back; only in a cluster of one's own. */
  readonly apiServer: ApiServerSteering;
  /** null where `audit` was not asked for. */
  readonly auditLog: string | null;
  /** Calls the API server as an administrator, to set the scene. */
  readonly api: ApiClient;
  /** What client and serving certificates are issued by. */
  readonly authority: Authority;
  /** A bearer token of an administrator. */
  readonly administratorToken: string;
  /** The text of a kubeconfig of this user (common name) in these groups (organizations); RBAC says what they may. */
  readonly kubeconfigOf: (subject: Omit<CertificateRequest, 'usages' | 'names'>) => string;
  /** Ends all its processes and removes what it made: files, namespaces, mounts, interfaces. */
  readonly stop: () => Promise<void>;
}

/** Whether something can be had on this machine, and the reason where it cannot. */
export type Availability =
  { readonly isAvailable: true } | { readonly isAvailable: false; readonly reason: string };
