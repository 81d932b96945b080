import { renderPage, sourceLink, table } from './html-page.js';
import { escapeHtml } from './markup.js';
import type { Place, Report, ReportFinding } from './report.js';
import { findingsWorstFirst, groupSkips, type PairRow, pairRows } from './rows.js';
import { count, formatPlace } from './text.js';
import { formatCounts, isFailure, resultWord, verdictLine } from './verdict.js';

/** The report as one HTML page that loads nothing and runs nothing. */
export function renderHtml(report: Report): string {
  return renderPage({
    title: `Calico and Kubernetes: ${resultWord(report.result)}`,
    verdict: verdictLine(report),
    isFailure: isFailure(report.result),
    body: [pairTable(report), findingTable(report), ignoredTable(report), skipTable(report)].join(''),
  });
}

function pairTable(report: Report): string {
  const rows = pairRows(report).map((row) => [
    escapeHtml(row.cluster),
    escapeHtml(row.kubernetes) || '–',
    escapeHtml(row.calico) || '–',
    `<span class="${supportClass(row)}">${row.support}</span>`,
    `${escapeHtml(row.reason)}${sourceLink(row.source)}`,
    row.at ? placeCode(row.at) : '–',
  ]);
  const headings = ['Cluster', 'Kubernetes', 'Calico', 'Support', 'Why', 'Where'];
  return table('Clusters', 'Calico and Kubernetes of each cluster, worst first', headings, rows);
}

function supportClass(row: PairRow): string {
  return row.support === 'not judged' ? 'unjudged' : row.support;
}

function findingTable(report: Report): string {
  const rows = findingsWorstFirst(report).map((finding) => [
    `<span class="${finding.severity}">${finding.severity}</span>`,
    `<code>${finding.code}</code>${finding.isNew ? '' : '<p>on the base branch already</p>'}`,
    [finding, ...finding.related].map((place) => `<p>${placeCode(place)}</p>`).join(''),
    escapeHtml(finding.cluster ?? '–'),
    findingText(finding),
  ]);
  return table(
    'Findings',
    formatCounts(report.findings),
    ['Severity', 'Code', 'Where', 'Cluster', 'What, and what to do'],
    rows,
  );
}

function findingText(finding: ReportFinding): string {
  return `<p>${escapeHtml(finding.message)}</p><p>➜ ${escapeHtml(finding.remedy)}${sourceLink(finding.source)}</p>`;
}

function ignoredTable(report: Report): string {
  const rows = report.ignored.map((finding) => [
    finding.severity,
    `<code>${finding.code}</code>`,
    placeCode(finding),
    `<p>${escapeHtml(finding.message)}</p>`,
    escapeHtml(finding.ignoredBecause),
  ]);
  const headings = ['Severity', 'Code', 'Where', 'What', 'Ignored because'];
  return table('Ignored by the policy', formatCounts(report.ignored), headings, rows);
}

function skipTable(report: Report): string {
  const rows = groupSkips(report).map((group) => {
    const rest = group.count - group.examples.length;
    const examples = group.examples.map((example) => `<p><code>${escapeHtml(example)}</code></p>`).join('');
    return [
      escapeHtml(group.reason),
      String(group.count),
      `${examples}${rest === 0 ? '' : `<p>and ${rest} more</p>`}`,
    ];
  });
  return table(
    'Skipped',
    `${count(report.skips.length, 'place')} that could not be judged`,
    ['Reason', 'Places', 'For example'],
    rows,
  );
}

function placeCode(place: Place & { readonly column?: number }): string {
  return `<code>${escapeHtml(formatPlace(place))}</code>`;
}
