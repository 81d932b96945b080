import { ActionError, InputError } from '../../errors.js';
import type { Reporter } from '../../ports/reporter.js';
import type { ReportStore } from '../../ports/report-store.js';
import type { MarkdownLinks } from '../markdown-sections.js';
import type { TerminalOptions } from '../terminal-paint.js';
import { renderPlanHtml } from './plan-html.js';
import { renderPlanJunit } from './plan-junit.js';
import type { PlanReport } from './plan-report.js';
import { renderPlanSummary } from './plan-summary.js';
import { renderPlanTerminal } from './plan-terminal.js';

/** Where a plan goes. */
export interface PlanPublication {
  readonly reporter: Reporter;
  readonly store: ReportStore;
  readonly links: MarkdownLinks;
  readonly terminal: TerminalOptions;
}

/** Annotations of each kind that GitHub shows for a step. */
const MOST_ANNOTATIONS = 10;

/**
 * Gives a plan in every form. What cannot be written or sent is a warning and never changes the verdict.
 * @throws InputError where the report directory cannot be one
 */
export async function publishPlan(report: PlanReport, to: PlanPublication): Promise<void> {
  const { reporter, store } = to;
  const isWritten = save('report.json', `${JSON.stringify(report, null, 2)}\n`, to);
  save('junit.xml', renderPlanJunit(report), to);
  save('report.html', renderPlanHtml(report), to);
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

function save(name: string, content: string, { store, reporter }: PlanPublication): boolean {
  try {
    store.write(name, content);
    return true;
  } catch (error) {
    if (error instanceof InputError || !(error instanceof ActionError)) throw error;
    reporter.warning(`${error.message} ${error.remedy}`);
    return false;
  }
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
