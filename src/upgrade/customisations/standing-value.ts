import { canonicalText } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { SchemaProblem } from '../stored-objects/validate.js';
import type { Customisation } from './customisation.js';
import { BOTH_CHANGED, SAYS_THE_SAME } from './merging.js';

/** Something of the installed release and of the target; null where it is not known, or the release has none of it. */
export interface InReleases {
  readonly installed: KubernetesObject | null;
  readonly target: KubernetesObject | null;
}

/** A value that an upgrade leaves where it is, and what upstream says in its place; undefined where it says nothing. */
export interface StandingValue {
  readonly path: string;
  readonly value: unknown;
  readonly upstream: unknown;
  readonly target: unknown;
}

type Outcome = Pick<Customisation, 'outcome' | 'reason'>;

export const KEPT: Outcome = { outcome: 'kept', reason: null };

/** What becomes of a value by the target's schema; null where the schema has nothing against it. */
export function outcomeBySchema(path: string, problems: readonly SchemaProblem[]): Outcome | null {
  const concerning = problems.filter(({ field }) => isWithin(field, path) || isWithin(path, field));
  const invalid = concerning.find(
    ({ kind, field }) => kind === 'invalid' && field !== '' && field !== 'spec',
  );
  if (invalid)
    return { outcome: 'conflicting', reason: `The target refuses ${invalid.field}: ${invalid.message}` };
  const unknown = concerning.find(({ kind }) => kind === 'unknown');
  return unknown ? { outcome: 'dropped', reason: `The target no longer has ${unknown.field}.` } : null;
}

/** What becomes of a value that differs from what the installed release says, by what the target says. */
export function outcomeByUpstream({ value, upstream, target }: StandingValue): Outcome {
  if (target === undefined) return KEPT;
  if (canonicalText(value) === canonicalText(target)) return { outcome: 'dropped', reason: SAYS_THE_SAME };
  // A value that upstream begins to have a word on is the user's as it was
  const isUpstreams = upstream !== undefined && canonicalText(upstream) !== canonicalText(target);
  return isUpstreams ? { outcome: 'conflicting', reason: BOTH_CHANGED } : KEPT;
}

function isWithin(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`);
}
