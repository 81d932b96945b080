import type { MorePaths, PathResult } from './results.js';
import type { Judgement } from './verdict.js';

/** So many paths of a scenario are told one by one: of those that passed, and of each sort that did not. */
const MOST_PASSED = 20;
const MOST_WRONG = 100;
/** The worst first: a path is as good as the worst that was tried on it. */
export const JUDGEMENTS: readonly Judgement[] = ['regression', 'untried', 'failed-before', 'flaky', 'passed'];

/** One thing that was tried, and where. */
export type PathTried = Omit<PathResult, 'probes'>;

/** What was tried, path by path: some one by one, and of the rest how many. Pure. */
export function sumUpPaths(tried: readonly PathTried[]): {
  readonly paths: readonly PathResult[];
  readonly morePaths: readonly MorePaths[];
} {
  const paths = new Map<string, PathResult>();
  for (const one of tried) {
    const key = [one.scenario, one.from, one.to].join('\n');
    const known = paths.get(key);
    paths.set(key, known === undefined ? { ...one, probes: 1 } : worse(known, one));
  }
  const sorted = [...paths.values()].sort((a, b) => rankOf(a.judgement) - rankOf(b.judgement));
  return keepFew(sorted, [], ({ judgement }) => (judgement === 'passed' ? MOST_PASSED : MOST_WRONG));
}

/** As many paths of each scenario and judgement as the limit says; the rest is counted. Pure. */
export function keepFew(
  all: readonly PathResult[],
  counted: readonly MorePaths[],
  limitOf: (path: PathResult) => number,
): { readonly paths: readonly PathResult[]; readonly morePaths: readonly MorePaths[] } {
  const seen = new Map<string, number>();
  const more = new Map(counted.map((one) => [keyOf(one), one] as const));
  const paths = all.filter((path) => {
    const key = keyOf(path);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count <= limitOf(path)) return true;
    const { scenario, judgement } = path;
    more.set(key, { scenario, judgement, paths: (more.get(key)?.paths ?? 0) + 1 });
    return false;
  });
  return { paths, morePaths: [...more.values()] };
}

function keyOf({ scenario, judgement }: Pick<PathResult, 'scenario' | 'judgement'>): string {
  return `${scenario} ${judgement}`;
}

function worse(known: PathResult, one: PathTried): PathResult {
  const judgement = rankOf(one.judgement) < rankOf(known.judgement) ? one.judgement : known.judgement;
  return { ...known, judgement, probes: known.probes + 1, ms: Math.max(known.ms, one.ms) };
}

function rankOf(judgement: Judgement): number {
  return JUDGEMENTS.indexOf(judgement);
}
