import { fitSections, type Section } from '../fit.js';
import { code, escapeMarkdown, link } from '../markdown.js';
import type { MarkdownLinks } from '../markdown-sections.js';
import { formatDuration } from '../plan/format-duration.js';
import { renderRulesYaml } from '../plan/plan-terminal.js';
import { SUMMARY_LIMIT_BYTES } from '../summary.js';
import {
  hasFailed,
  type ReportItem,
  type ReportRollbackFinding,
  type ReportStep,
  type RollbackReport,
} from './rollback-report.js';

/** A rollback as Markdown for the job summary: how it ended and what to do first, within what GitHub takes. */
export function renderRollbackSummary(
  report: RollbackReport,
  links: MarkdownLinks,
  limitBytes: number = SUMMARY_LIMIT_BYTES,
): string {
  return fitSections(sectionsOf(report, links), limitBytes, (text) => Buffer.byteLength(text));
}

function sectionsOf(report: RollbackReport, links: MarkdownLinks): readonly Section[] {
  const { findings, plan, stages, restored, backup, wayOut } = report;
  const sign = hasFailed(report) ? '⛔' : report.result === 'nothing-to-do' ? '💤' : '✅';
  const title = report.mode === 'plan' ? 'Calico rollback plan' : 'Calico rollback';
  const bundle = `Bundle ${backup.place} of ${backup.createdAt}: Calico ${backup.calico || 'unknown'} by ${backup.method}`;
  const way = wayOut === '' ? '' : `\n> **How to go on:** ${escapeMarkdown(wayOut)}\n`;
  return [
    fixed(
      `## ${sign} ${title}\n\n**${escapeMarkdown(report.summary)}**\n${way}\n${escapeMarkdown(bundle)}\n`,
    ),
    list('Blockers', 1, findings.filter(({ severity }) => severity === 'error').map(findingRow)),
    list('Warnings', 2, findings.filter(({ severity }) => severity === 'warning').map(findingRow)),
    list('Steps', 2, stages.map(stageRow)),
    list('Objects', 4, restored.map(itemRow)),
    list('Notices', 5, findings.filter(({ severity }) => severity === 'notice').map(findingRow)),
    fixed(
      plan.missingRules.length === 0
        ? ''
        : `\n<details><summary>Rules that the account lacks</summary>\n\n\`\`\`yaml\n${renderRulesYaml(plan.missingRules).join('\n')}\n\`\`\`\n</details>\n`,
    ),
    fixed(links.runUrl === null ? '' : `\n${link('The run and its full report', links.runUrl)}\n`),
  ].filter(({ head, rows }) => head !== '' || rows.length > 0);
}

function fixed(text: string): Section {
  return { head: text, rows: [], more: () => '', foot: '', rank: 0 };
}

function list(title: string, rank: number, rows: readonly string[]): Section {
  if (rows.length === 0) return fixed('');
  const more = (cut: number): string => `\n_… and ${cut} more; report.json lists all._\n`;
  return { head: `\n### ${title} (${rows.length})\n\n`, rows, more, foot: '', rank };
}

function findingRow({ code: name, weight, message, remedy, source }: ReportRollbackFinding): string {
  const text = source === null ? escapeMarkdown(message) : link(escapeMarkdown(message), source);
  return `- ${code(name)} (${weight}) ${text} ➜ ${escapeMarkdown(remedy)}\n`;
}

function stageRow({ stage, title, outcome, written, seconds, reason }: ReportStep): string {
  const sign = outcome === 'done' ? '✅' : '⛔';
  const why = reason === '' ? '' : `: ${escapeMarkdown(reason)}`;
  return `- ${sign} ${stage}: ${escapeMarkdown(title)} (${written} written, ${formatDuration(seconds)})${why}\n`;
}

function itemRow({ object, action, why, fields }: ReportItem): string {
  const names = fields.slice(0, 3).map(({ field }) => code(field));
  const more = fields.length > names.length ? ` and ${fields.length - names.length} more` : '';
  const what = names.length === 0 ? '' : `: ${names.join(', ')}${more}`;
  return `- ${action} ${code(object)}${what}${why === '' ? '' : ` (${escapeMarkdown(why)})`}\n`;
}
