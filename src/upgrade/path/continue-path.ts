import { supportOf } from '../../catalog/queries.js';
import type { Uses } from '../../catalog/types.js';
import type { Version } from '../../version/version.js';
import { findPath } from './find-path.js';
import type { Destination, Hop, Pair, Path } from './hop.js';

/**
 * The way on from the middle of a hop: that hop first, whatever else would be shorter by now, since the cluster is between
 * its two releases; then as ever. Pure.
 *
 * @param from the pair that the hop left
 * @param halfway the release that the hop leads to
 */
export function continuePath(from: Pair, halfway: Version, to: Destination, uses: Uses): Path {
  const next: Pair = { kubernetes: from.kubernetes, calico: halfway };
  const rest = findPath(next, to, uses);
  if (rest.kind === 'none') return rest;
  const first: Hop = {
    component: 'calico',
    from,
    to: next,
    support: supportOf(next.kubernetes, next.calico, uses.install ?? null),
    because: 'An upgrade that died was in the middle of it.',
  };
  return { ...rest, hops: [first, ...rest.hops] };
}
