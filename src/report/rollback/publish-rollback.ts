import { type ReportPublication, saveReport } from '../save-report.js';
import { renderRollbackHtml, renderRollbackJunit } from './rollback-pages.js';
import type { RollbackReport } from './rollback-report.js';
import { renderRollbackSummary } from './rollback-summary.js';
import { renderRollbackTerminal } from './rollback-terminal.js';

/** Annotations of each kind that GitHub shows for a step. */
const MOST_ANNOTATIONS = 10;

/**
 * Gives a rollback in every form. What cannot be written or sent is a warning and never changes the verdict.
 * @throws InputError where the report directory cannot be one
 */
export async function publishRollback(report: RollbackReport, to: ReportPublication): Promise<void> {
  const { reporter, store } = to;
  const isWritten = saveReport('report.json', `${JSON.stringify(report, null, 2)}\n`, to);
  saveReport('junit.xml', renderRollbackJunit(report), to);
  saveReport('report.html', renderRollbackHtml(report), to);
  reporter.setOutputs(outputsOf(report, isWritten ? store.directory : ''));
  reporter.annotate(
    report.findings
      .filter(({ severity }) => severity === 'error')
      .slice(0, MOST_ANNOTATIONS)
      .map(({ code, severity, message, remedy }) => ({
        severity,
        title: code,
        message: `${message} ${remedy}`,
        path: '',
        line: 0,
        column: 0,
      })),
  );
  await reporter.writeSummary(renderRollbackSummary(report, to.links));
  reporter.info(renderRollbackTerminal(report, to.terminal));
}

function outputsOf(
  { result, findings, clusters, calicoAfter }: RollbackReport,
  reportDir: string,
): Readonly<Record<string, string>> {
  const [cluster] = clusters;
  return {
    result,
    'findings-count': String(findings.length),
    'errors-count': String(findings.filter(({ severity }) => severity === 'error').length),
    'kubernetes-version': cluster?.kubernetes.join(',') ?? '',
    'calico-version-before': cluster?.calico.join(',') ?? '',
    'calico-version-after': calicoAfter ?? '',
    'report-dir': reportDir,
    'sarif-file': '',
    'backup-artifact': '',
    'longest-gap-ms': '',
  };
}
