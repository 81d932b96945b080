import { type Severity, SEVERITIES } from '../findings/severity.js';
import type { Report, ReportFinding } from './report.js';
import { findingsOf, groupSkips, type PairRow, pairRows } from './rows.js';
import { type Paint, paintWith, SEVERITY_STYLE, type Style, type TerminalOptions } from './terminal-paint.js';
import { type Column, layTable } from './terminal-table.js';
import { count, formatPlace, singleLine } from './text.js';
import { formatCounts, isFailure, verdictLine } from './verdict.js';

const SUPPORT_STYLE: Readonly<Record<PairRow['support'], Style>> = {
  tested: 'green',
  untested: 'red',
  broken: 'red',
  unknown: 'yellow',
  'not judged': 'dim',
};
const COLUMNS: readonly Column[] = [
  { heading: 'CLUSTER', gone: 'start', shrinks: true },
  { heading: 'KUBERNETES', gone: 'end', shrinks: true },
  { heading: 'CALICO', gone: 'end', shrinks: true },
  { heading: 'SUPPORT', gone: 'end', shrinks: false },
  { heading: 'WHERE', gone: 'start', shrinks: true },
];
const SUPPORT_COLUMN = 3;

/** The report as text for a terminal, the verdict in its last line; ends with a line break. */
export function renderTerminal(report: Report, options: TerminalOptions): string {
  const paint = paintWith(options.colour);
  const blocks = [
    renderPairs(report, options.width, paint),
    ...SEVERITIES.map((severity) => renderFindings(report, severity, paint)),
    renderIgnored(report),
    renderSkips(report, paint),
    [paint(verdictLine(report), isFailure(report.result) ? 'red' : 'green')],
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function renderPairs(report: Report, width: number, paint: Paint): readonly string[] {
  const rows = pairRows(report);
  if (rows.length === 0) return [];
  const cells = rows.map((row) =>
    [
      row.cluster,
      row.kubernetes || '-',
      row.calico || '-',
      row.support,
      row.at ? formatPlace(row.at) : `(${row.reason})`,
    ].map(singleLine),
  );
  return layTable(COLUMNS, cells, width, (cell, column, index) => {
    const row = rows[index];
    if (!row) return paint(cell, 'bold');
    return column === SUPPORT_COLUMN ? paint(cell, SUPPORT_STYLE[row.support]) : cell;
  });
}

function renderFindings(report: Report, severity: Severity, paint: Paint): readonly string[] {
  const findings = findingsOf(report, severity);
  if (findings.length === 0) return [];
  return [
    paint(count(findings.length, severity), 'bold'),
    ...findings.flatMap((finding) => renderFinding(finding, paint)),
  ];
}

function renderFinding(finding: ReportFinding, paint: Paint): readonly string[] {
  const severity = paint(finding.severity, SEVERITY_STYLE[finding.severity]);
  const known = finding.isNew ? '' : paint(' (on the base branch already)', 'dim');
  const lines = [
    `  ${formatPlace(finding)}  ${severity} ${finding.code}  ${singleLine(finding.message)}${known}`,
    `      ${singleLine(finding.remedy)}`,
  ];
  if (finding.related.length > 0)
    lines.push(paint(`      see also ${finding.related.map(formatPlace).join(', ')}`, 'dim'));
  if (finding.source !== null) lines.push(paint(`      ${singleLine(finding.source)}`, 'dim'));
  return lines;
}

function renderIgnored(report: Report): readonly string[] {
  return report.ignored.length === 0 ? [] : [`ignored by the policy: ${formatCounts(report.ignored)}`];
}

function renderSkips(report: Report, paint: Paint): readonly string[] {
  const groups = groupSkips(report);
  if (groups.length === 0) return [];
  const lines = groups.map((group) => {
    const rest = group.count - group.examples.length;
    const more = rest === 0 ? '' : `, and ${rest} more`;
    return `  ${group.count} ${singleLine(group.reason)}: ${group.examples.join(', ')}${more}`;
  });
  return [paint(`skipped ${count(report.skips.length, 'place')}`, 'bold'), ...lines];
}
