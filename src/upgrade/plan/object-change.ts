import type { ObjectReference } from '../../ports/cluster-client.js';

/** A field that a stage changes; undefined where it is not there. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What a stage does to one object, tried on the server without writing where the account may. */
export interface ObjectChange {
  readonly object: ObjectReference;
  readonly action: 'create' | 'update' | 'unchanged';
  /** Where the server said what it would become; empty otherwise. */
  readonly fields: readonly FieldChange[];
  /** `unanswered`: an admission webhook did not answer, or takes no dry run. */
  readonly dryRun: 'accepted' | 'refused' | 'unanswered' | 'not-tried';
  /** What the server said, or why it was not asked; empty where it accepted. */
  readonly note: string;
}
