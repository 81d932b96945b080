import type { Severity } from '../findings/severity.js';
import type { Section } from './fit.js';
import { code, escapeMarkdown, link, placeLink, webAddress } from './markdown.js';
import type { Report, ReportFinding } from './report.js';
import { findingsOf, groupSkips, type PairRow, pairRows } from './rows.js';
import { count } from './text.js';
import { formatCounts, isFailure, resultWord, verdictLine } from './verdict.js';

/** Addresses that a Markdown report may link to. */
export interface MarkdownLinks {
  /** The files at the commit that was judged: `https://github.com/owner/name/blob/<sha>`; null where unknown. */
  readonly blobUrl: string | null;
  /** The workflow run, which has the report directory as an artifact; null where there is none. */
  readonly runUrl: string | null;
}

const SUPPORT_SIGN: Readonly<Record<PairRow['support'], string>> = {
  tested: '✅ tested',
  untested: '❌ untested',
  broken: '❌ broken',
  unknown: '❔ unknown',
  'not judged': '➖ not judged',
};
const SECTION_TITLES: Readonly<Record<Severity, string>> = {
  error: 'Errors',
  warning: 'Warnings',
  notice: 'Notices',
};

/** The report in Markdown as sections, in the order of reading; rows of errors are the last to be cut. */
export function markdownSections(report: Report, links: MarkdownLinks): readonly Section[] {
  return [
    heading(report),
    pairSection(report, links),
    findingSection(report, 'error', 1, links),
    findingSection(report, 'warning', 3, links),
    folded(findingSection(report, 'notice', 4, links)),
    folded(ignoredSection(report, links)),
    folded(skipSection(report)),
    footer(links),
  ].filter((section) => section.rows.length > 0 || section.head !== '');
}

function fixed(text: string): Section {
  return { head: text, rows: [], more: () => '', foot: '', rank: 0 };
}

function heading(report: Report): Section {
  const sign = isFailure(report.result) ? '❌' : '✅';
  return fixed(
    `## ${sign} Calico and Kubernetes: ${resultWord(report.result)}\n\n**${escapeMarkdown(verdictLine(report))}**\n`,
  );
}

function footer(links: MarkdownLinks): Section {
  return fixed(links.runUrl === null ? '' : `\n${link('The run and its full report', links.runUrl)}\n`);
}

function section(title: string, rank: number, rows: readonly string[], noun: string): Section {
  if (rows.length === 0) return fixed('');
  return {
    head: `\n### ${title}\n\n`,
    rows,
    more: (cut) => `\n_… and ${count(cut, `more ${noun}`)}; report.json lists all._\n`,
    foot: '',
    rank,
  };
}

function folded(open: Section): Section {
  if (open.rows.length === 0) return open;
  const title = open.head.replace(/#/g, '').trim();
  return { ...open, head: `\n<details><summary>${title}</summary>\n\n`, foot: '\n</details>\n' };
}

function pairSection(report: Report, links: MarkdownLinks): Section {
  const rows = pairRows(report).map((row) => pairRow(row, links));
  const plain = section('Clusters', 2, rows, 'row');
  if (rows.length === 0) return plain;
  return { ...plain, head: '\n| Cluster | Kubernetes | Calico | Support | Where |\n|---|---|---|---|---|\n' };
}

function pairRow(row: PairRow, links: MarkdownLinks): string {
  const where = row.at ? placeLink(row.at, links.blobUrl) : escapeMarkdown(row.reason);
  const cells = [
    escapeMarkdown(row.cluster),
    escapeMarkdown(row.kubernetes) || '–',
    escapeMarkdown(row.calico) || '–',
    link(SUPPORT_SIGN[row.support], row.source),
    where,
  ];
  return `| ${cells.join(' | ')} |\n`;
}

function findingSection(report: Report, severity: Severity, rank: number, links: MarkdownLinks): Section {
  const rows = findingsOf(report, severity).map((finding) => findingRow(finding, links));
  return section(`${SECTION_TITLES[severity]} (${rows.length})`, rank, rows, severity);
}

function findingRow(finding: ReportFinding, links: MarkdownLinks): string {
  const cluster = finding.cluster === null ? '' : ` · cluster ${escapeMarkdown(finding.cluster)}`;
  const known = finding.isNew ? '' : ' · on the base branch already';
  const related = finding.related.map((place) => placeLink(place, links.blobUrl)).join(', ');
  const lines = [
    `**${finding.code}** · ${placeLink(finding, links.blobUrl)}${cluster}${known}`,
    escapeMarkdown(finding.message),
    `➜ ${escapeMarkdown(finding.remedy)}`,
    [
      related === '' ? '' : `See also ${related}.`,
      webAddress(finding.source) === null ? '' : link('Source', finding.source),
    ]
      .join(' ')
      .trim(),
  ];
  return `- ${lines.filter((line) => line !== '').join('<br>')}\n`;
}

function ignoredSection(report: Report, links: MarkdownLinks): Section {
  const rows = report.ignored.map(
    (finding) =>
      `- ${finding.severity} **${finding.code}** · ${placeLink(finding, links.blobUrl)}<br>${escapeMarkdown(finding.ignoredBecause)}\n`,
  );
  return section(`Ignored by the policy: ${formatCounts(report.ignored)}`, 5, rows, 'ignored finding');
}

function skipSection(report: Report): Section {
  const rows = groupSkips(report).map((group) => {
    const rest = group.count - group.examples.length;
    const more = rest === 0 ? '' : `, and ${rest} more`;
    return `- ${group.count} × ${escapeMarkdown(group.reason)}: ${group.examples.map(code).join(', ')}${more}\n`;
  });
  return section(
    `Skipped: ${count(report.skips.length, 'place')} that could not be judged`,
    6,
    rows,
    'reason',
  );
}
