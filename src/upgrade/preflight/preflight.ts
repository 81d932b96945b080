import type { Uses } from '../../catalog/types.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import type { Evidence } from '../../cluster/evidence.js';
import type { PreflightCode } from '../../findings/preflight-registry.js';
import type { Policy } from '../../policy/policy.js';
import type { Access } from '../../ports/cluster-client.js';
import type { Version } from '../../version/version.js';
import type { MergeResult } from '../customisations/customisation.js';
import type { Path } from '../path/hop.js';
import type { ObjectChange } from '../plan/object-change.js';

/**
 * How much a finding stops: `mandatory` always; `skippable` unless `force`; `warning` and `notice` nothing. What cannot
 * be undone, or cannot be survived, is mandatory.
 */
export type Weight = 'mandatory' | 'skippable' | 'warning' | 'notice';

/** Something about a live cluster that stops an upgrade, or that whoever starts it should know. */
export interface PreflightFinding {
  readonly code: PreflightCode;
  readonly weight: Weight;
  /** What is wrong, in one sentence that names objects and versions. */
  readonly message: string;
  /** Where it was read: object, field and value; the first few of many. */
  readonly evidence: readonly Evidence[];
  /** How many more places there are than `evidence` names. */
  readonly more: number;
  /** What to do, in one sentence. */
  readonly remedy: string;
  /** Upstream's page, issue or file that says so; null where the finding speaks of the cluster alone. */
  readonly source: string | null;
}

/** A stored object that the target's schema would refuse, or lose fields of, on its next write. */
export interface StoredProblem {
  readonly at: Evidence;
  readonly problem: string;
  /** Whether the write fails; otherwise the field is dropped silently. */
  readonly isRefused: boolean;
  /** Whether API servers from v1.30 on let it pass where a write leaves as it is what is at fault. */
  readonly passesUnchanged: boolean;
}

/** Something that would be needed and cannot be had: what was asked for, and the answer. */
export interface MissingAccess {
  readonly access: Access;
  readonly reason: string;
}

/** An image that an upgrade makes nodes pull. */
export interface PlannedImage {
  readonly image: string;
  /** The release that brings it: the target, or one on the way. */
  readonly release: Version;
  /** `DaemonSet calico-node` */
  readonly usedBy: readonly string[];
  /** How many of the nodes that run Calico hold it already. */
  readonly onNodes: number;
}

/** What the customisations came to for one hop; a reason where upstream's files could not be had. */
export type Comparison =
  | {
      readonly kind: 'compared';
      readonly from: Version;
      readonly to: Version;
      readonly result: MergeResult;
      /** Names of definitions that are newer than the target's, and stay: the result has none of them. */
      readonly newerDefinitions: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly from: Version; readonly to: Version; readonly reason: string };

/** All that preflight judges. It asks the cluster nothing. */
export interface PreflightInput {
  readonly state: ClusterState;
  readonly calico: CalicoState;
  /** What runs now and what it is to become. */
  readonly from: Version;
  readonly to: Version;
  /** Kubernetes minor to go to; null where Kubernetes stays. */
  readonly kubernetesTo: Version | null;
  readonly path: Path;
  readonly uses: Uses;
  readonly comparisons: readonly Comparison[];
  readonly storedProblems: readonly StoredProblem[];
  readonly missingAccess: readonly MissingAccess[];
  /** The first hop's changes as the server answered when it was asked without writing; empty where it was not. */
  readonly changes: readonly ObjectChange[];
  /** Images of every hop. */
  readonly images: readonly PlannedImage[];
  readonly policy: Policy;
}

/** One thing to look for. Pure; gives nothing where all is well, or where it does not apply. */
export type PreflightCheck = (input: PreflightInput) => readonly PreflightFinding[];
