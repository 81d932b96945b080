import { code, escapeMarkdown } from '../markdown.js';
import type { MarkdownLinks } from '../markdown-sections.js';
import { formatDuration } from '../plan/format-duration.js';
import type { PlanReport } from '../plan/plan-report.js';
import { renderPlanSummary } from '../plan/plan-summary.js';
import { renderPlanTerminal } from '../plan/plan-terminal.js';
import { SUMMARY_LIMIT_BYTES } from '../summary.js';
import { paintWith, type TerminalOptions } from '../terminal-paint.js';
import { singleLine } from '../text.js';
import { isFailure } from '../verdict.js';
import type { ReportUpgradeStep, UpgradeReport } from './upgrade-report.js';

/** The plan that was carried out, as the plan's own forms show it. */
function planOf(report: UpgradeReport): PlanReport {
  return { ...report, mode: 'plan' };
}

/** An upgrade as text for a terminal: the plan, what was done, and how it ended in the last lines. */
export function renderUpgradeTerminal(report: UpgradeReport, options: TerminalOptions): string {
  const paint = paintWith(options.colour);
  const { stages, backup, wayOut, summary, result } = report;
  const saved = backup && `backup      ${backup.artifact ?? backup.directory}, made ${backup.createdAt}`;
  const lines = [
    ...(saved === null ? [] : [saved, '']),
    ...stages.flatMap(({ hop, stage, title, outcome, written, seconds, reason }) => [
      `  ${paint(outcome, outcome === 'done' ? 'green' : 'red')} ${hop}  ${stage}: ${title} (${written} written, ${formatDuration(seconds)})`,
      ...(reason === '' ? [] : [`    ${singleLine(reason)}`]),
    ]),
    ...(wayOut === '' ? [] : ['', wayOut]),
    '',
    paint(singleLine(summary), isFailure(result) ? 'red' : 'green'),
  ];
  return `${renderPlanTerminal(planOf(report), options)}\n${lines.join('\n')}\n`;
}

const MOST_STEPS_BYTES = 300_000;

/** An upgrade as Markdown for the job summary: how it ended first, then what was done, then the plan, within the limit. */
export function renderUpgradeSummary(
  report: UpgradeReport,
  links: MarkdownLinks,
  limitBytes: number = SUMMARY_LIMIT_BYTES,
): string {
  const { stages, backup, wayOut, summary, result } = report;
  const sign = isFailure(result) ? '⛔' : result === 'nothing-to-do' ? '💤' : '✅';
  const head = [
    `## ${sign} Calico upgrade\n\n**${escapeMarkdown(summary)}**\n`,
    ...(wayOut === '' ? [] : [`\n> **How to go on:** ${escapeMarkdown(wayOut)}\n`]),
    ...(backup === null
      ? []
      : [`\nBackup ${code(backup.artifact ?? backup.directory)} of ${backup.createdAt}\n`]),
    ...(stages.length === 0 ? [] : [`\n### Steps (${stages.length})\n\n`, fit(stages.map(stepRow))]),
    '\n',
  ].join('');
  return head + renderPlanSummary(planOf(report), links, limitBytes - Buffer.byteLength(head));
}

function stepRow({ hop, stage, title, outcome, written, seconds, reason }: ReportUpgradeStep): string {
  const why = reason === '' ? '' : `: ${escapeMarkdown(reason)}`;
  return `- ${outcome === 'done' ? '✅' : '⛔'} ${escapeMarkdown(hop)}, ${stage}: ${escapeMarkdown(title)} (${written} written, ${formatDuration(seconds)})${why}\n`;
}

/** The last steps tell how it ended: where there are too many, the first go. */
function fit(rows: readonly string[]): string {
  let bytes = 0;
  const kept = [...rows].reverse().filter((row) => (bytes += Buffer.byteLength(row)) <= MOST_STEPS_BYTES);
  const cut = rows.length - kept.length;
  return `${cut > 0 ? `_… ${cut} steps before; report.json lists all._\n\n` : ''}${kept.reverse().join('')}`;
}
