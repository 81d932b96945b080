import { SEVERITIES, type Severity } from '../findings/severity.js';
import { FINDING_KINDS } from '../findings/registry.js';
import type { Annotation } from '../ports/reporter.js';
import type { Report, ReportFinding } from './report.js';
import { findingsOf } from './rows.js';
import { clip, count, singleLine } from './text.js';

/**
 * How many annotations of each severity GitHub shows for one step.
 * @see https://docs.github.com/en/actions/reference/limits
 */
export const ANNOTATIONS_PER_SEVERITY = 10;

const LONGEST_MESSAGE = 4000;

export interface AnnotationChoice {
  readonly annotations: readonly Annotation[];
  /** How many findings have none, and where to read about them; null where all have one. */
  readonly leftOut: string | null;
}

/** The findings to show next to their lines: at most ten of each severity, the new ones first. */
export function chooseAnnotations(report: Report): AnnotationChoice {
  const annotations: Annotation[] = [];
  const left: string[] = [];
  for (const severity of SEVERITIES) {
    const findings = findingsOf(report, severity);
    const chosen = findings.slice(0, ANNOTATIONS_PER_SEVERITY);
    annotations.push(...chosen.map(annotationOf));
    if (findings.length > chosen.length) left.push(countMore(findings.length - chosen.length, severity));
  }
  const leftOut =
    left.length === 0
      ? null
      : `${left.join(', ')} without an annotation: the job summary and report.json list all findings.`;
  return { annotations, leftOut };
}

function countMore(number: number, severity: Severity): string {
  return count(number, severity).replace(' ', ' more ');
}

function annotationOf(finding: ReportFinding): Annotation {
  const source = finding.source === null ? [] : [finding.source];
  const lines = [finding.message, finding.remedy, ...source].map(singleLine);
  return {
    severity: finding.severity,
    title: `${FINDING_KINDS[finding.code].title} (${finding.code})`,
    message: clip(lines.join('\n'), LONGEST_MESSAGE),
    path: finding.path,
    line: finding.line,
    column: finding.column,
  };
}
