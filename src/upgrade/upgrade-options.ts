import type { ClusterState } from '../cluster/cluster-state.js';
import type { BundleReader } from '../ports/bundle.js';
import type { SecretBox } from '../ports/secret-box.js';
import type { StepResult } from './engine/step.js';
import type { TrafficCheck } from './engine/traffic-check.js';
import type { HelmTools } from './hop/prepare-helm.js';
import type { JournalHead } from './journal/journal.js';
import type { Holder } from './lock/lock.js';
import type { PlanOptions } from './plan/plan.js';

/** A backup that was proven. */
export interface UpgradeBackup {
  readonly reader: BundleReader;
  readonly directory: string;
  /** Name of the artifact; null where it was not uploaded. */
  readonly artifact: string | null;
  readonly createdAt: string;
  /** Opens its Secrets; absent or null where there is no key. */
  readonly box?: SecretBox | null;
}

export interface UpgradeOptions extends PlanOptions, HelmTools, Holder {
  /** Budget of each step's wave and gates. */
  readonly timeoutMs: number;
  readonly rollbackOnFailure: boolean;
  /** Makes and proves a backup; null where none is wanted. */
  readonly backUp: ((state: ClusterState) => Promise<UpgradeBackup>) | null;
  /**
   * Opens the backup that an upgrade that died made.
   * @throws ActionError where it is not at hand, with what to do
   */
  readonly findBundle: (bundle: NonNullable<JournalHead['bundle']>) => Promise<UpgradeBackup>;
  /** Aborted where the run is told to stop. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onWarning: (text: string) => void;
  /** What looks at the traffic while nodes change; none where nothing is said. */
  readonly traffic?: readonly TrafficCheck[];
  /** Told of each step that is over. */
  readonly onStep?: (result: StepResult) => void;
  /** Looks at the cluster as it failed, while going back is planned and before it changes anything. Soon over, and never throws. */
  readonly onFailure?: () => Promise<void>;
}
