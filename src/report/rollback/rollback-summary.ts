import { fitSections, type Section } from '../fit.js';
import { code, escapeMarkdown, link } from '../markdown.js';
import type { MarkdownLinks } from '../markdown-sections.js';
import { rulesSection } from '../plan/plan-summary.js';
import { probeSections } from '../run/probe-sections.js';
import { failureSections, timelineSections, versionsTable, wayBackSection } from '../run/run-sections.js';
import { fixed, fold, hasText, list } from '../sections.js';
import { SUMMARY_LIMIT_BYTES } from '../summary.js';
import { byHandSection } from './by-hand-forms.js';
import {
  hasFailed,
  type ReportItem,
  type ReportRollbackFinding,
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
  const { findings, plan, stages, restored, backup } = report;
  const sign = hasFailed(report) ? '⛔' : report.result === 'nothing-to-do' ? '💤' : '✅';
  const title = report.mode === 'plan' ? 'Calico rollback plan' : 'Calico rollback';
  const bundle = `Bundle ${backup.place} of ${backup.createdAt}: Calico ${backup.calico || 'unknown'} by ${backup.method}`;
  const now = report.next === '' ? '' : `\n> **Now:** ${escapeMarkdown(report.next)}\n`;
  const { calico, kubernetes } = report.cluster;
  const after = report.calicoAfter ?? (report.mode === 'plan' ? backup.calico : afterFailure(report));
  const versions = versionsTable([
    ['Calico', calico?.version ?? '', after],
    ['Kubernetes', kubernetes, kubernetes],
  ]);
  const objects = list('Objects', 5, restored.map(itemRow));
  return [
    fixed(
      `## ${sign} ${title}\n\n**${escapeMarkdown(report.summary)}**\n${now}${versions}\n${escapeMarkdown(bundle)}\n`,
    ),
    ...failureSections(stages),
    list('Blockers', 1, findings.filter(({ severity }) => severity === 'error').map(rollbackFindingRow)),
    list('Warnings', 2, findings.filter(({ severity }) => severity === 'warning').map(rollbackFindingRow)),
    ...timelineSections(stages),
    ...probeSections(report.probes),
    report.again === null
      ? fixed('')
      : wayBackSection(
          'How to go on',
          'The same run once more goes on from where this one stopped.',
          report.again,
        ),
    byHandSection(report.byHand),
    report.mode === 'plan' ? objects : fold(objects),
    list('Notices', 5, findings.filter(({ severity }) => severity === 'notice').map(rollbackFindingRow)),
    rulesSection(plan.missingRules),
    fixed(links.runUrl === null ? '' : `\n${link('The run and its full report', links.runUrl)}\n`),
  ].filter(hasText);
}

/** What runs where nothing was read afterwards. */
function afterFailure({ wayOut, cluster }: RollbackReport): string {
  return wayOut === '' ? (cluster.calico?.version ?? '') : 'not known: look';
}

/** A finding of a rollback. */
export function rollbackFindingRow({
  code: name,
  weight,
  message,
  remedy,
  source,
}: ReportRollbackFinding): string {
  const text = source === null ? escapeMarkdown(message) : link(escapeMarkdown(message), source);
  return `- ${code(name)} (${weight}) ${text} ➜ ${escapeMarkdown(remedy)}\n`;
}

/** An object that is put back, or stays. */
export function itemRow({ object, action, why, fields }: ReportItem): string {
  const names = fields.slice(0, 3).map(({ field }) => code(field));
  const more = fields.length > names.length ? ` and ${fields.length - names.length} more` : '';
  const what = names.length === 0 ? '' : `: ${names.join(', ')}${more}`;
  return `- ${action} ${code(object)}${what}${why === '' ? '' : ` (${escapeMarkdown(why)})`}\n`;
}
