import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { BundleClass } from '../backup/bundle-kinds.js';
import type { FieldChange } from '../plan/object-change.js';
import type { StageName } from '../plan/stage-name.js';

/**
 * What a rollback does with an object: `conflict` where the bundle and the cluster both have a say and nobody chose;
 * `keep` where it stays as it is although the bundle has it otherwise, or not at all.
 */
export type RestoreAction = 'create' | 'replace' | 'delete' | 'conflict' | 'keep';

/** Whose word counts where the bundle and the cluster both have one. */
export type ConflictChoice = 'stop' | 'bundle' | 'live';

export interface RestoreItem {
  readonly object: ObjectReference;
  readonly class: BundleClass;
  readonly action: RestoreAction;
  readonly stage: StageName;
  /** One sentence, where the action does not say it all; empty otherwise. */
  readonly why: string;
  /** Fields that the rollback changes, or would change. */
  readonly fields: readonly FieldChange[];
  /** As it is now; null where it is not there. */
  readonly live: KubernetesObject | null;
  /** As the bundle has it; null where it does not. */
  readonly saved: KubernetesObject | null;
}
