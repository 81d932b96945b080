import type { Caveat } from '../../catalog/types.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import type { PolicyRule } from '../../cluster/permissions.js';
import type { Version } from '../../version/version.js';
import type { Customisation } from '../customisations/customisation.js';
import type { Hop, Path } from '../path/hop.js';
import type { ObjectChange } from './object-change.js';
import type { PlannedImage, PreflightFinding } from '../preflight/preflight.js';
import type { TargetChoice } from '../path/choose-target.js';
import type { StageName } from './stage-name.js';
import type { WaveOptions, WavePlan } from '../waves/plan-waves.js';
import type { Policy } from '../../policy/policy.js';
import type { Resume } from '../resume/resume.js';

/** What a plan is asked for. */
export interface PlanOptions extends WaveOptions {
  readonly target: TargetChoice;
  /** Kubernetes minor to go to as well; null where it stays. */
  readonly kubernetes: Version | null;
  readonly installMethod: 'auto' | 'operator' | 'helm' | 'manifest';
  readonly soakMs: number;
  readonly force: boolean;
  /** Whether to look into the nodes, by their calico-node pods. */
  readonly inspectNodes: boolean;
  readonly policy: Policy;
  /** Whether this run holds the lock, which is then no other run's. Default: false. */
  readonly holdsLock?: boolean;
  readonly onProgress: (text: string) => void;
}

export interface StagePlan {
  readonly name: StageName;
  /** What the stage does, in a sentence. */
  readonly summary: string;
  readonly changes: readonly ObjectChange[];
  readonly estimateMs: number | null;
}

/** A hop of Calico as it would be carried out. Hops of Kubernetes are somebody else's to carry out. */
export interface HopPlan {
  readonly hop: Hop;
  readonly stages: readonly StagePlan[];
  /** Operator installs: the operator's own DaemonSet rollout chooses the nodes, `waves` then says only how wide. */
  readonly waves: WavePlan;
  readonly choosesNodes: boolean;
  readonly customisations: readonly Customisation[];
  /** null where upstream's files could not be had. */
  readonly upstreamChanges: number | null;
  /** What going back across this hop does not undo. */
  readonly irreversible: readonly Caveat[];
  /** From the cluster's own pod start times; null where they are not known. */
  readonly estimateMs: number | null;
}

export type Verdict = 'ready' | 'blocked' | 'nothing-to-do';

/** What `upgrade` would do, and what stops it. */
export interface UpgradePlan {
  readonly state: ClusterState;
  readonly calico: CalicoState | null;
  /** The upgrade that died and is gone on with; null where none is. */
  readonly resume: Resume | null;
  readonly verdict: Verdict;
  /** One line. */
  readonly summary: string;
  /** null where there is nothing to go to. */
  readonly target: { readonly calico: Version; readonly because: string } | null;
  readonly path: Path;
  readonly hops: readonly HopPlan[];
  /** Images that nodes have to pull, of every hop. */
  readonly images: readonly PlannedImage[];
  /** What stops the upgrade first. */
  readonly findings: readonly PreflightFinding[];
  /** Rules that the account lacks, as a ClusterRole would give them; empty where it lacks none. */
  readonly missingRules: readonly PolicyRule[];
}
