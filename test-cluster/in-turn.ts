import { describe, it } from '@jest/globals';

/** A run in this hour begins where the one in the hour before went on to. */
const HOUR = Math.floor(Date.now() / 3_600_000);
/** Suites that take minutes each, of which a run plays so many: the longest are apart from each other. */
const LONG_SUITES = [
  'disturbed install by Helm',
  'network faults',
  'crashes of a manifest install',
  'an operator’s upgrade on real nodes',
  'connections',
  'two hops in one upgrade',
  'Helm that is told in vain',
  'network by itself',
  'crashes of an operator install',
  'faults of an operator’s rollout',
  'L7 rules',
  'npm run try',
  'disturbed operator install',
  'network in an upgrade',
  'crashes of an install by Helm',
  'faults of an upgrade',
  'connections in an upgrade',
] as const;
const LONG_AT_A_TIME = 3;

/**
 * So many of many cases that take long, another share each hour, so that all have their turn. With ALL_TURNS=1 all are
 * played.
 */
export function inTurn<Case>(all: readonly Case[], count: number): readonly Case[] {
  if (process.env['ALL_TURNS'] === '1' || count >= all.length) return all;
  const first = (HOUR * count) % all.length;
  return [...all, ...all].slice(first, first + count);
}

/** Describes a long suite where it is its turn; where it is not, the report says so. */
export function describeInTurn(name: (typeof LONG_SUITES)[number], suite: () => void): void {
  if (inTurn(LONG_SUITES, LONG_AT_A_TIME).includes(name)) {
    suite();
    return;
  }
  describe.skip(`${name} (skipped: it has its turn in another hour; ALL_TURNS=1 plays it)`, () => {
    it('waits for its turn', () => undefined);
  });
}
