import type { Trap } from '../../src/catalog/types.js';
import type { GitRepository } from './git.js';
import { minorOf } from './order.js';
import type { TagFacts } from './read-releases.js';

/** A fault whose fix is a file of its own: tags of the minors that lack the file have the fault. */
interface MissingFix extends Pick<
  Trap,
  'id' | 'condition' | 'problem' | 'remedy' | 'seeAlso' | 'source' | 'date'
> {
  readonly minors: readonly string[];
  readonly file: string;
}

const MISSING_FIXES: readonly MissingFix[] = [
  {
    id: 'application-layer-policy-not-enforced',
    minors: ['v3.30', 'v3.31'],
    file: 'app-policy/checker/alp_check_provider.go',
    condition: 'application-layer-policy',
    problem: 'Dikastes enforces no application layer policy in this release.',
    remedy: 'Take v3.32.0 or newer, or stay on v3.29.',
    seeAlso: null,
    source: 'https://github.com/projectcalico/calico/pull/11986',
    date: '2026-03-05',
  },
];

/** Faults of releases that upstream fixed in newer ones only, found by what the tags lack. */
export function findMissingFixes(calico: GitRepository, tags: readonly TagFacts[]): Trap[] {
  return MISSING_FIXES.flatMap(({ minors, file, id, condition, problem, remedy, seeAlso, source, date }) => {
    const releases = tags
      .map(({ version }) => version)
      .filter((version) => minors.includes(minorOf(version)) && calico.list(version, file).length === 0);
    return releases.length === 0
      ? []
      : [{ id, releases, condition, problem, remedy, origin: 'derived', seeAlso, source, date }];
  });
}
