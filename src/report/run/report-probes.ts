import type { NetworkRound, NetworkTestResult } from '../../connectivity/results.js';
import { keepFew } from '../../connectivity/sum-up-paths.js';
import { hideCredentials } from '../../text/credentials.js';

/** Paths that passed which the report tells one by one, of all rounds together. */
const MOST_PASSED = 4000;

/**
 * What the network test found as report.json has it: of a thousand waves it would have no end, and lines of logs may hold
 * what is nobody's business. Pure.
 */
export function reportProbes(result: NetworkTestResult): NetworkTestResult {
  const ofEach = Math.max(1, Math.floor(MOST_PASSED / 20 / Math.max(1, result.rounds.length)));
  return {
    ...result,
    leftOut: result.leftOut.map(({ node, reason }) => ({ node, reason: hideCredentials(reason) })),
    warnings: result.warnings.map(hideCredentials),
    rounds: result.rounds.map((round) => ({
      ...round,
      failures: round.failures.map(hideInFailure),
      ...keepFew(round.paths, round.morePaths, ({ judgement }) =>
        judgement === 'passed' ? ofEach : Infinity,
      ),
    })),
  };
}

function hideInFailure(failure: NetworkRound['failures'][number]): NetworkRound['failures'][number] {
  return {
    ...failure,
    seen: hideCredentials(failure.seen),
    diagnosis: failure.diagnosis.map(hideCredentials),
  };
}
