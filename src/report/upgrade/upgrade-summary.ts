import { fitSections, type Section } from '../fit.js';
import { code, escapeMarkdown, link } from '../markdown.js';
import type { MarkdownLinks } from '../markdown-sections.js';
import {
  changeRows,
  clusterLine,
  customisationRow,
  findingRow,
  imageRow,
  lossRow,
  pathRow,
  rulesSection,
} from '../plan/plan-summary.js';
import type { Result } from '../report.js';
import { byHandSection } from '../rollback/by-hand-forms.js';
import { itemRow, rollbackFindingRow } from '../rollback/rollback-summary.js';
import { checkSections } from '../run/hop-checks.js';
import { probeSections } from '../run/probe-sections.js';
import { failureSections, timelineSections, versionsTable, wayBackSection } from '../run/run-sections.js';
import { fixed, fold, hasText, list } from '../sections.js';
import { SUMMARY_LIMIT_BYTES } from '../summary.js';
import { renderDisruptionMarkdown } from './report-disruption.js';
import type { UpgradeReport } from './upgrade-report.js';

const SIGNS: Readonly<Record<Result, string>> = {
  passed: '✅',
  failed: '⛔',
  'rolled-back': '↩️',
  'rollback-failed': '🚨',
  'nothing-to-do': '💤',
};

/**
 * An upgrade as Markdown for the job summary: how it ended and what to do now first, the details to be unfolded, within
 * what GitHub takes. Where it is too long, objects and their fields go first, and how it ended last.
 */
export function renderUpgradeSummary(
  report: UpgradeReport,
  links: MarkdownLinks,
  limitBytes: number = SUMMARY_LIMIT_BYTES,
): string {
  return fitSections(sectionsOf(report, links), limitBytes, (text) => Buffer.byteLength(text));
}

function sectionsOf(report: UpgradeReport, links: MarkdownLinks): readonly Section[] {
  const { findings, stages, plan, rollback } = report;
  const of = (severity: string): readonly string[] =>
    findings.filter((one) => one.severity === severity).map(findingRow);
  return [
    fixed(headOf(report)),
    ...failureSections(stages),
    list('Blockers', 1, of('error')),
    list(
      'What stopped going back',
      1,
      rollback?.verdict === 'blocked' ? rollback.findings.map(rollbackFindingRow) : [],
    ),
    ...timelineSections(stages),
    disruptionSection(report),
    ...probeSections(report.probes),
    ...checkSections(report.checks),
    ...customisationSections(report),
    backupSection(report),
    byHandSection(report.byHand),
    list('Warnings', 3, of('warning')),
    list(
      'Cannot be undone',
      3,
      plan.hops.flatMap(({ irreversible }) => irreversible.map(lossRow)),
    ),
    fold(list('Put back, and what stays', 5, report.restored.map(itemRow))),
    fold(list('Path', 5, plan.path.map(pathRow))),
    fold(list('Images', 6, plan.images.map(imageRow))),
    rulesSection(plan.missingRules),
    fold(list('Notices', 6, of('notice'))),
    ...plan.hops.map((hop) =>
      fold(list(`Changes of ${hop.to.calico}, object by object`, 7, hop.stages.flatMap(changeRows))),
    ),
    fixed(links.runUrl === null ? '' : `\n${link('The run and its full report', links.runUrl)}\n`),
  ].filter(hasText);
}

function disruptionSection({ disruption }: UpgradeReport): Section {
  return fixed(disruption === null ? '' : `\n### Disruption\n\n${renderDisruptionMarkdown(disruption)}`);
}

function headOf(report: UpgradeReport): string {
  const { result, headline, summary, next, cluster, calicoBefore: before, calicoAfter, plan } = report;
  const isOpen = result === 'failed' || result === 'rollback-failed';
  const after = calicoAfter ?? (isOpen && report.wayOut !== '' ? 'not known: look' : before);
  const target = plan.target === null ? '' : ` (target ${plan.target.calico})`;
  return [
    `## ${SIGNS[result]} ${escapeMarkdown(headline)}\n`,
    `\n> **Now:** ${escapeMarkdown(next)}\n`,
    `\n**${escapeMarkdown(summary)}**\n`,
    versionsTable([
      ['Calico', before, `${after}${after === plan.target?.calico ? '' : target}`],
      ['Kubernetes', cluster.kubernetes, cluster.kubernetes],
    ]),
    `\n${clusterLine(report)}\n`,
  ].join('');
}

/** What was not kept is seen at once. */
function customisationSections({ plan }: UpgradeReport): readonly Section[] {
  const all = plan.hops.flatMap(({ customisations }) => customisations);
  if (all.length === 0) return [];
  const rows = (outcome: string): readonly string[] =>
    all.filter((one) => one.outcome === outcome).map(customisationRow);
  const [kept, dropped, conflicting] = [rows('kept'), rows('dropped'), rows('conflicting')];
  return [
    fixed(
      `\n### Your changes: ${kept.length} kept, ${dropped.length} dropped, ${conflicting.length} conflicting\n`,
    ),
    list('', 2, [...conflicting, ...dropped]),
    fold(list('Kept', 4, kept)),
  ];
}

function backupSection({ backup, result }: UpgradeReport): Section {
  if (backup === null) {
    return fixed(
      result === 'nothing-to-do' ? '' : '\n### Backup\n\nNone was made, so there is nothing to go back to.\n',
    );
  }
  const place =
    backup.artifact === null ? `Directory ${code(backup.directory)}` : `Artifact ${code(backup.artifact)}`;
  return wayBackSection('Backup, and how to go back', `${place}, made ${backup.createdAt}`, backup.wayBack);
}
