import type { Customisation } from './customisation.js';
import type { Shape } from './shape.js';

/** A field in upstream's file of the installed release, in the cluster, and in upstream's file of the target. */
export interface Versions {
  readonly base: unknown;
  readonly live: unknown;
  readonly target: unknown;
}

/** Where in an object a field is. */
export interface Site {
  readonly path: string;
  readonly name: string;
  readonly shape: Shape;
  /** Why nothing below can be kept: what holds it is not in the target. Null where it is. */
  readonly gone: string | null;
}

/** A merge under way. */
export interface Merging {
  /** What the target gets for a field; undefined for nothing. */
  readonly mergeAt: (versions: Versions, site: Site) => unknown;
  readonly record: (
    site: Site,
    versions: Versions,
    outcome: Customisation['outcome'],
    reason?: string,
  ) => void;
  /** Fields that upstream changed and the user did not. */
  readonly countUpstream: (fields: number) => void;
}

export const SAYS_THE_SAME = 'The target says the same by itself.';
export const BOTH_CHANGED = 'Upstream changed it too, to something else.';
export const NO_LONGER_THERE = 'The target no longer has it.';
