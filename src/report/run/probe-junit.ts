import type { NetworkRound, NetworkTestResult, PathResult } from '../../connectivity/results.js';
import type { Judgement } from '../../connectivity/verdict.js';
import type { TestCase } from '../junit-suites.js';
import { count } from '../text.js';
import { hasBaseline, roundTitle, sayFailure, wordOf } from './probe-words.js';

/**
 * A suite for each round of the network test, with a test for each scenario on each path; paths that are not told one by
 * one are one test of their scenario together. What was wrong before anything was changed fails only where nothing was
 * compared with it.
 */
export function probeSuites(
  server: string,
  result: NetworkTestResult | null,
): ReadonlyMap<string, readonly TestCase[]> {
  if (result === null) return new Map();
  const isCompared = hasBaseline(result);
  return new Map(
    result.rounds.map((round, index) => [
      `${server}: network test ${index + 1}, ${roundTitle(round)}`,
      casesOf(round, isCompared),
    ]),
  );
}

function casesOf(round: NetworkRound, isCompared: boolean): readonly TestCase[] {
  return round.scenarios.flatMap(({ scenario, skipped }): TestCase[] => {
    if (skipped !== null) return [{ ...EMPTY, name: scenario, skipped }];
    return [
      ...round.paths
        .filter((path) => path.scenario === scenario)
        .map((path) => caseOf(path, round, isCompared)),
      ...round.morePaths
        .filter((more) => more.scenario === scenario)
        .map(({ judgement, paths }): TestCase => {
          const text = `${count(paths, 'more path')}: ${wordOf(judgement, isCompared)}`;
          return { ...EMPTY, ...outcomeOf(judgement, text, isCompared), name: `${scenario}: ${text}` };
        }),
    ];
  });
}

const EMPTY: TestCase = { name: '', path: '', failures: [], skipped: null, output: '' };

function caseOf(path: PathResult, { failures }: NetworkRound, isCompared: boolean): TestCase {
  const { scenario, from, to, judgement, probes, ms } = path;
  const told = failures.filter(
    (one) => one.scenario === scenario && one.fromNode === from && (one.toNode === null || one.toNode === to),
  );
  const lines = told.flatMap((one) => [
    sayFailure(one),
    ...(one.command === '' ? [] : [`Again: ${one.command}`]),
    ...one.diagnosis,
  ]);
  const text = [wordOf(judgement, isCompared), ...lines].join('\n');
  return {
    ...EMPTY,
    ...outcomeOf(judgement, text, isCompared),
    name: `${scenario}: ${from} → ${to}`,
    output: judgement === 'passed' ? count(probes, 'probe') : text,
    seconds: Math.round(ms / 100) / 10,
  };
}

function outcomeOf(
  judgement: Judgement,
  text: string,
  isCompared: boolean,
): Pick<TestCase, 'failures' | 'skipped'> {
  if (judgement === 'passed' || judgement === 'flaky') return { failures: [], skipped: null };
  if (judgement === 'failed-before' && isCompared) return { failures: [], skipped: text };
  const [what = '', first = what] = text.split('\n');
  return { failures: [{ type: judgement, message: first, text }], skipped: null };
}
