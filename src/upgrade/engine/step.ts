import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { StageName } from '../plan/stage-name.js';

/** A whole object and what becomes of it. */
export interface ObjectWrite {
  readonly kind: 'object';
  readonly object: ObjectReference;
  /** What is there as it was read; null where nothing is. */
  readonly before: KubernetesObject | null;
  /** What is to be there; null where it is deleted. */
  readonly after: KubernetesObject | null;
}

/** One field of an object that others write as well, such as a knob of the Installation. */
export interface FieldWrite {
  readonly kind: 'field';
  readonly object: ObjectReference;
  readonly field: readonly string[];
  /** What stood there as it was planned; undefined where nothing did. */
  readonly before: unknown;
  /** undefined takes the field away. */
  readonly after: unknown;
}

/** The unit of every write, journal and undo. */
export type Write = ObjectWrite | FieldWrite;

/** Nodes whose pods of a DaemonSet are made anew, where they are not of its present revision yet. */
export interface Wave {
  readonly daemonSet: ObjectReference;
  readonly nodes: readonly string[];
  /** How long the wave's pods have to stay well. */
  readonly soakMs: number;
  /** Whether nodes that have no pod of it now take no part: it does not run everywhere. */
  readonly isWherePodsAre?: boolean;
}

/** What has to hold before the next step begins. */
export type Gate =
  | { readonly kind: 'established'; readonly names: readonly string[] }
  /** A Deployment or DaemonSet runs what it says, everywhere. */
  | {
      readonly kind: 'rollout';
      readonly workload: ObjectReference;
      /** Nodes whose pods are no matter: those that take no part. None where nothing is said. */
      readonly without?: readonly string[];
      /** What a DaemonSet has to say of itself first, as the operator brings it. Nothing where nothing is said. */
      readonly minReadySeconds?: number;
      /** How long it has to stay so: what crashes again and again is well in between. Not at all where nothing is said. */
      readonly steadyMs?: number;
    }
  | { readonly kind: 'api-service'; readonly name: string }
  /** Objects under deletion are gone. */
  | { readonly kind: 'gone'; readonly objects: readonly ObjectReference[] }
  /** A Deployment that was scaled to nothing: none of its pods writes any more. */
  | { readonly kind: 'stopped'; readonly workload: ObjectReference }
  /** So many nodes run what the operator brings, and stay well for the soak. */
  | {
      readonly kind: 'canary';
      readonly workload: MovedWorkload;
      readonly nodes: number;
      readonly soakMs: number;
      /** Nodes that take no part. None where nothing is said. */
      readonly without?: readonly string[];
    }
  /** The operator has brought that release everywhere; an empty one is not known. */
  | {
      readonly kind: 'operator';
      readonly calico: string;
      readonly workloads: readonly MovedWorkload[];
      /** TigeraStatuses that nobody writes any more. */
      readonly stale: readonly string[];
      /** Nodes that take no part. None where nothing is said. */
      readonly without?: readonly string[];
    };

/** A workload that the operator moves, and what tells the release that it is to come to. */
export interface MovedWorkload {
  readonly object: ObjectReference;
  /** Tags and digests of its images, wherever they are pulled from: `:v3.30.7`, `@sha256:…`. */
  readonly marks: readonly string[];
}

/** Writes, then a wave, then gates. A run is a list of these; what cannot be said so does not happen. */
export interface Step {
  readonly stage: StageName;
  /** For people: `wave 2 of 5 (10 nodes)`. */
  readonly title: string;
  readonly writes: readonly Write[];
  readonly wave: Wave | null;
  readonly gates: readonly Gate[];
}

export interface StepResult {
  readonly stage: StageName;
  readonly title: string;
  /** How many objects were written; those that were as wanted already are not counted. */
  readonly written: number;
  readonly ms: number;
  readonly outcome: 'done' | 'failed' | 'interrupted';
  /** Why it failed; empty otherwise. */
  readonly reason: string;
  /** What the cluster itself says about that: log lines and events of pods. Empty where there is none. */
  readonly evidence: readonly Evidence[];
}

/** Lines that show why something failed, under a title: `events of Pod calico-system/calico-node-x7k2p`. */
export interface Evidence {
  readonly title: string;
  /** Oldest first; bounded where they are collected. */
  readonly lines: readonly string[];
}
