import { type Severity, SEVERITIES } from '../findings/severity.js';
import type { Report, Result } from './report.js';
import { count } from './text.js';

/** How many findings there are of each severity. */
export function countFindings(
  findings: readonly { readonly severity: Severity }[],
): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, notice: 0 };
  for (const finding of findings) counts[finding.severity] += 1;
  return counts;
}

/** `3 errors, 1 notice`; `no findings` where there are none. */
export function formatCounts(findings: readonly { readonly severity: Severity }[]): string {
  const counts = countFindings(findings);
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    count(counts[severity], severity),
  );
  return parts.length === 0 ? 'no findings' : parts.join(', ');
}

/** The run in one line: `failed: 3 errors, 2 warnings (4 new) in 5 clusters (412 files read)`. */
export function verdictLine(report: Report): string {
  const fresh = report.findings.filter((finding) => finding.isNew).length;
  const news = fresh === report.findings.length ? '' : ` (${fresh} new)`;
  const where = `${count(report.clusters.length, 'cluster')} (${count(report.filesRead, 'file')} read)`;
  return `${resultWord(report.result)}: ${formatCounts(report.findings)}${news} in ${where}`;
}

/** The result as words: `rolled back` for `rolled-back`. */
export function resultWord(result: Result): string {
  return result.replaceAll('-', ' ');
}

/** Whether the run ends with exit status 1. */
export function isFailure(result: Result): boolean {
  return result === 'failed' || result === 'rolled-back' || result === 'rollback-failed';
}
