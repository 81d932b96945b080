import { ActionError, InputError } from '../errors.js';
import type { Severity } from '../findings/severity.js';
import type { Reporter } from '../ports/reporter.js';
import type { ReportStore } from '../ports/report-store.js';
import type { MarkdownLinks } from './markdown-sections.js';
import type { Result } from './report.js';
import type { TerminalOptions } from './terminal-paint.js';

/** Where a report about a cluster goes. */
export interface ReportPublication {
  readonly reporter: Reporter;
  readonly store: ReportStore;
  readonly links: MarkdownLinks;
  readonly terminal: TerminalOptions;
}

/** What every report about a cluster has: of `plan`, `upgrade` and `rollback`. */
export interface ClusterReport {
  readonly result: Result;
  readonly clusters: readonly {
    readonly kubernetes: readonly string[];
    readonly calico: readonly string[];
  }[];
  readonly findings: readonly {
    readonly code: string;
    readonly severity: Severity;
    readonly message: string;
    readonly remedy: string;
  }[];
}

/** The forms of a report besides report.json, and what the outputs say that not every report has. */
export interface Forms {
  readonly junit: string;
  readonly html: string;
  readonly summary: string;
  readonly terminal: string;
  /** Empty where it is not known, or nothing was done. */
  readonly calicoAfter: string;
  /** Empty where none was made. */
  readonly backupArtifact: string;
  /** In milliseconds; empty where nothing measured it. */
  readonly longestGap?: string;
}

/** Annotations of each kind that GitHub shows for a step. */
const MOST_ANNOTATIONS = 10;

/**
 * Gives a report in every form. What cannot be written or sent is a warning and never changes the verdict.
 * @throws InputError where the report directory cannot be one
 */
export async function publishClusterReport(
  report: ClusterReport,
  forms: Forms,
  to: ReportPublication,
): Promise<void> {
  const { reporter, store } = to;
  const isWritten = save('report.json', `${JSON.stringify(report, null, 2)}\n`, to);
  save('junit.xml', forms.junit, to);
  save('report.html', forms.html, to);
  reporter.setOutputs(outputsOf(report, forms, isWritten ? store.directory : ''));
  const errors = report.findings.filter(({ severity }) => severity === 'error');
  reporter.annotate(
    errors.slice(0, MOST_ANNOTATIONS).map(({ code, severity, message, remedy }) => ({
      severity,
      title: code,
      message: `${message} ${remedy}`,
      path: '',
      line: 0,
      column: 0,
    })),
  );
  await reporter.writeSummary(forms.summary);
  reporter.info(forms.terminal);
}

function save(name: string, content: string, { store, reporter }: ReportPublication): boolean {
  try {
    store.write(name, content);
    return true;
  } catch (error) {
    if (error instanceof InputError || !(error instanceof ActionError)) throw error;
    reporter.warning(`${error.message} ${error.remedy}`);
    return false;
  }
}

function outputsOf(
  { result, findings, clusters }: ClusterReport,
  { calicoAfter, backupArtifact, longestGap = '' }: Forms,
  reportDir: string,
): Readonly<Record<string, string>> {
  const [cluster] = clusters;
  return {
    result,
    'findings-count': String(findings.length),
    'errors-count': String(findings.filter(({ severity }) => severity === 'error').length),
    'kubernetes-version': cluster?.kubernetes.join(',') ?? '',
    'calico-version-before': cluster?.calico.join(',') ?? '',
    'calico-version-after': calicoAfter,
    'report-dir': reportDir,
    'sarif-file': '',
    'backup-artifact': backupArtifact,
    'longest-gap-ms': longestGap,
  };
}
