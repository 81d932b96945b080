import type { Support } from '../../catalog/types.js';
import type { Version } from '../../version/version.js';

/** A Kubernetes minor and the Calico that runs on it. */
export interface Pair {
  readonly kubernetes: Version;
  readonly calico: Version;
}

/** Where the way leads. */
export interface Destination {
  readonly calico: Version;
  /** Minor to go to; the present one where Kubernetes stays. */
  readonly kubernetes: Version;
}

/** One step of the way: either Calico or Kubernetes moves, and every node is on the new pair before the next. */
export interface Hop {
  readonly component: 'calico' | 'kubernetes';
  readonly from: Pair;
  readonly to: Pair;
  /** Of the pair that the hop ends on. */
  readonly support: Support;
  /** Why this hop, and why now: a sentence. */
  readonly because: string;
}

/**
 * The way from one pair to another. `found`: every pair that it ends a hop on is tested. `untested`: there is no such
 * way; `hops` is the one with the fewest untested pairs, and `missing` are these. `none`: not even that.
 */
export type Path =
  | { readonly kind: 'found'; readonly hops: readonly Hop[] }
  | { readonly kind: 'untested'; readonly hops: readonly Hop[]; readonly missing: readonly MissingPair[] }
  | { readonly kind: 'none'; readonly missing: readonly MissingPair[]; readonly reason: string };

/** A pair that would have to be tested (or work at all) for a way to exist. */
export interface MissingPair {
  readonly pair: Pair;
  readonly support: Support;
}
