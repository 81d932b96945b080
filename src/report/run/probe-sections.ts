import type { NetworkRound, NetworkTestResult, ProbeFailure } from '../../connectivity/results.js';
import type { Section } from '../fit.js';
import { code, escapeMarkdown } from '../markdown.js';
import { fixed, fold, list } from '../sections.js';
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

/**
 * What the network test found as Markdown: one sentence and what does not work; rounds, scenarios and what does not count
 * are to be unfolded. Nothing where it did not run.
 */
export function probeSections(result: NetworkTestResult | null): readonly Section[] {
  if (result === null) return [];
  const { rounds, leftOut, warnings } = result;
  const isCompared = hasBaseline(result);
  const failures = rounds.flatMap((round) => round.failures.map((failure) => ({ round, failure })));
  const rowsOf = (judgement: ProbeFailure['judgement']): readonly string[] =>
    failures.filter(({ failure }) => failure.judgement === judgement).map(failureRow);
  const titleOf = (judgement: ProbeFailure['judgement']): string =>
    `Network: ${wordOf(judgement, isCompared)}`;
  /** The first are seen at once: they explain the others. */
  const open = (judgement: ProbeFailure['judgement']): readonly Section[] => {
    const rows = rowsOf(judgement);
    return [
      { ...list(titleOf(judgement), 2, rows.slice(0, MOST_OPEN)), ...headOf(titleOf(judgement), rows) },
      fold(list(`More of this: ${wordOf(judgement, isCompared)}`, 4, rows.slice(MOST_OPEN))),
    ];
  };
  return [
    fixed(`\n### Network test\n\n${escapeMarkdown(sayNetwork(result))}\n`),
    ...open('regression'),
    ...open('untried'),
    ...(isCompared
      ? [fold(list(titleOf('failed-before'), 4, rowsOf('failed-before')))]
      : open('failed-before')),
    fold(list(titleOf('flaky'), 5, rowsOf('flaky'))),
    foldedTable('Rounds of the network test', ROUNDS, rounds.map(roundRow)),
    foldedTable('Scenarios of the network test', SCENARIOS, scenarioSums(rounds).map(scenarioRow)),
    fold(
      list('What the network test left out', 5, [
        ...leftOut.map(({ node, reason }) => `- ${escapeMarkdown(`${node}: ${reason}`)}\n`),
        ...warnings.map((text) => `- ${escapeMarkdown(text)}\n`),
      ]),
    ),
  ];
}

const MOST_OPEN = 5;

/** Counts all, though only some follow. */
function headOf(title: string, rows: readonly string[]): Pick<Section, 'head'> {
  return { head: rows.length === 0 ? '' : `\n### ${title} (${rows.length})\n\n` };
}

const COUNTS = '| Regressions | Untried | Did not work before | Only when tried again | Passed |';
const ROUNDS = `| When ${COUNTS} Time | New pods within |`;
const SCENARIOS = `| Scenario ${COUNTS} Slowest | Why not |`;

function foldedTable(title: string, head: string, rows: readonly string[]): Section {
  if (rows.length === 0) return fixed('');
  const line = `|${'---|'.repeat(head.split('|').length - 2)}`;
  return {
    head: `\n<details><summary>${title} (${rows.length})</summary>\n\n${head}\n${line}\n`,
    rows,
    more: (cut) => `\n_… and ${cut} more; report.json has all._\n`,
    foot: '\n</details>\n',
    rank: 5,
  };
}

function countsOf(scenarios: NetworkRound['scenarios']): string {
  return (['regressions', 'untried', 'failedBefore', 'flaky', 'passed'] as const)
    .map((what) => ` ${sumOf(scenarios, what)} |`)
    .join('');
}

function roundRow(round: NetworkRound): string {
  const title = escapeMarkdown(roundTitle(round));
  const pods = escapeMarkdown(slowestNode([round]) ?? '–');
  return `| ${title} |${countsOf(round.scenarios)} ${seconds(round.ms)} | ${pods} |\n`;
}

function scenarioRow(one: NetworkRound['scenarios'][number]): string {
  const why = one.skipped === null ? '' : escapeMarkdown(one.skipped);
  return `| ${one.scenario} |${countsOf([one])} ${seconds(one.slowestMs)} | ${why} |\n`;
}

function failureRow({
  round,
  failure,
}: {
  readonly round: NetworkRound;
  readonly failure: ProbeFailure;
}): string {
  const again = failure.command === '' ? '' : `<br>Again: ${code(failure.command)}`;
  const said = failure.diagnosis.map((line) => `<br>${code(line)}`).join('');
  return `- ${escapeMarkdown(`${roundTitle(round)}, ${sayFailure(failure)}`)}${again}${said}\n`;
}
