import type { NetworkRound, NetworkTestResult } from '../../connectivity/results.js';
import { table } from '../html-page.js';
import { escapeHtml } from '../markup.js';
import {
  hasBaseline,
  roundTitle,
  sayFailure,
  sayNetwork,
  scenarioSums,
  seconds,
  slowestNode,
  sumOf,
  wordOf,
} from './probe-words.js';

const COUNTS = ['Regressions', 'Untried', 'Did not work before', 'Only when tried again', 'Passed'];

/** What the network test found as sections of the page; nothing where it did not run. */
export function probesHtml(result: NetworkTestResult | null): string {
  if (result === null) return '';
  const { rounds, leftOut, warnings } = result;
  const isCompared = hasBaseline(result);
  const failures = rounds.flatMap((round) =>
    round.failures.map((failure) => {
      const said = failure.diagnosis.map((line) => `<p><code>${escapeHtml(line)}</code></p>`).join('');
      const again = failure.command === '' ? '' : `<p>Again: <code>${escapeHtml(failure.command)}</code></p>`;
      return [
        escapeHtml(roundTitle(round)),
        wordOf(failure.judgement, isCompared),
        `<p>${escapeHtml(sayFailure(failure))}</p>${again}${said}`,
      ];
    }),
  );
  return [
    table(
      'Network test',
      sayNetwork(result),
      ['When', ...COUNTS, 'Time', 'New pods within'],
      rounds.map((round) => [
        escapeHtml(roundTitle(round)),
        ...countsOf(round.scenarios),
        seconds(round.ms),
        escapeHtml(slowestNode([round]) ?? '–'),
      ]),
    ),
    table(
      'What the network test found',
      'The worst of each round first',
      ['When', 'What', 'Where'],
      failures,
    ),
    table(
      'Scenarios of the network test',
      'All rounds together',
      ['Scenario', ...COUNTS, 'Slowest', 'Why not'],
      scenarioSums(rounds).map((one) => [
        one.scenario,
        ...countsOf([one]),
        seconds(one.slowestMs),
        escapeHtml(one.skipped ?? ''),
      ]),
    ),
    table(
      'What the network test left out',
      'Nodes that took no part, and what it warned of',
      ['What', 'Why'],
      [
        ...leftOut.map(({ node, reason }) => [escapeHtml(node), escapeHtml(reason)]),
        ...warnings.map((text) => ['–', escapeHtml(text)]),
      ],
    ),
  ].join('');
}

function countsOf(scenarios: NetworkRound['scenarios']): readonly string[] {
  const counts = ['regressions', 'untried', 'failedBefore', 'flaky', 'passed'] as const;
  return counts.map((what) => String(sumOf(scenarios, what)));
}
