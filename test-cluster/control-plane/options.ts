import { type ControllerRate } from './controller-rate.js';
import { type Flags } from './arguments.js';

/** Paths of the programs. */
export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly 'kube-apiserver': string;
  /** null: the cluster runs without it. */
  readonly 'kube-controller-manager': string | null;
  readonly 'kube-scheduler': string | null;
}

/** Where the control plane lives, when it is not simply on this machine's loopback interface. */
export interface ControlPlaneNetwork {
  /** Words that put a program there: `['ip', 'netns', 'exec', NAME]`. */
  readonly prefix: readonly string[];
  /** What the API server binds to and tells its clients. */
  readonly address: string;
  readonly port: number;
  /** How it is reached from here: `https://127.0.0.1:PORT`. */
  readonly server: string;
}

export interface ControlPlaneOptions {
  readonly directory: string;
  readonly programs: ControlPlanePrograms;
  /** Whether the API server writes an audit log of all writes. */
  readonly audit: boolean;
  /** Default: `raised`. */
  readonly controllerRate?: ControllerRate;
  readonly network?: ControlPlaneNetwork;
  /** Added to the flags, or in place of them. */
  readonly apiServerFlags?: Flags;
  readonly controllerManagerFlags?: Flags;
}
