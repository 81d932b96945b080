import { type ReportPublication, saveReport } from '../save-report.js';
import { renderPlanHtml } from './plan-html.js';
import { renderPlanJunit } from './plan-junit.js';
import type { PlanReport } from './plan-report.js';
import { renderPlanSummary } from './plan-summary.js';
import { renderPlanTerminal } from './plan-terminal.js';

/** Annotations of each kind that GitHub shows for a step. */
const MOST_ANNOTATIONS = 10;

/**
 * Gives a plan in every form. What cannot be written or sent is a warning and never changes the verdict.
 * @throws InputError where the report directory cannot be one
 */
export async function publishPlan(report: PlanReport, to: ReportPublication): Promise<void> {
  const { reporter, store } = to;
  const isWritten = saveReport('report.json', `${JSON.stringify(report, null, 2)}\n`, to);
  saveReport('junit.xml', renderPlanJunit(report), to);
  saveReport('report.html', renderPlanHtml(report), to);
  reporter.setOutputs(outputsOfPlan(report, isWritten ? store.directory : ''));
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
  await reporter.writeSummary(renderPlanSummary(report, to.links));
  reporter.info(renderPlanTerminal(report, to.terminal));
}

function outputsOfPlan(
  { result, findings, clusters, plan }: PlanReport,
  reportDir: string,
): Readonly<Record<string, string>> {
  const [cluster] = clusters;
  return {
    result,
    'findings-count': String(findings.length),
    'errors-count': String(findings.filter(({ severity }) => severity === 'error').length),
    'kubernetes-version': cluster?.kubernetes.join(',') ?? '',
    'calico-version-before': cluster?.calico.join(',') ?? '',
    'calico-version-after': plan.target?.calico ?? '',
    'report-dir': reportDir,
    'sarif-file': '',
    'backup-artifact': '',
    'longest-gap-ms': '',
  };
}
