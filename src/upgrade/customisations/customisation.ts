import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';

/**
 * A change of the user's to an object of the install, to a resource of the operator's or to a value of a Helm release, and
 * what becomes of it in the target.
 */
export interface Customisation {
  readonly object: ObjectReference;
  /** `spec.template.spec.containers[name=calico-node].env[name=FELIX_MTUIFACEPATTERN].value` */
  readonly field: string;
  /** What upstream's file, sample, chart or definition of the installed release says; undefined where it says nothing. */
  readonly upstream: unknown;
  /** What the cluster has; undefined where the user removed it. */
  readonly live: unknown;
  /** The same of the target. */
  readonly target: unknown;
  /**
   * `kept`: the target gets it. `dropped`: the target has no place for it, or has it by itself. `conflicting`: upstream
   * changed the same field to something else, and somebody has to choose.
   */
  readonly outcome: 'kept' | 'dropped' | 'conflicting';
  /** Why it is dropped or conflicting, in a sentence; null for kept. */
  readonly reason: string | null;
}

/** What the target's objects look like with the user's changes in them. */
export interface MergeResult {
  readonly customisations: readonly Customisation[];
  /** The target's objects with what is kept in them: what an upgrade would write. */
  readonly objects: readonly KubernetesObject[];
  /** Objects of the installed release that the target no longer has and the cluster still has. */
  readonly obsolete: readonly ObjectReference[];
  /** How many fields upstream changed by itself. */
  readonly upstreamChanges: number;
}
