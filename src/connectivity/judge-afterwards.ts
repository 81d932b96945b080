import { explainBroken, explainRegressions, explainUntried, type NetworkRound } from './results.js';

/** What a round of the network test after going back comes to. */
export interface Afterwards {
  /** What worked before and does not now, or does not work and nobody knows since when; null where nothing is known to. */
  readonly fault: string | null;
  /** What did not work before either: no fault, and worth a word; null where there is none. */
  readonly warning: string | null;
}

/**
 * Judges the round after a rollback, or after an upgrade that went back by itself. What did not work before is what one
 * goes back for; what nobody knows to have been broken is not excused. Pure.
 *
 * @param hasBaseline whether the network could be tested before
 */
export function judgeAfterwards(
  round: NetworkRound,
  mode: 'rollback' | 'upgrade',
  hasBaseline: boolean,
): Afterwards {
  const broken = explainBroken(round);
  if (!hasBaseline) {
    return { fault: broken && `${broken} How it was before the ${mode} is not known.`, warning: null };
  }
  return {
    fault: explainRegressions(round) ?? explainUntried(round),
    warning: broken && `${broken} It did not work before the ${mode} either.`,
  };
}
