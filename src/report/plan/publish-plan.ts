import { publishClusterReport, type ReportPublication } from '../publish-cluster-report.js';
import { renderPlanHtml } from './plan-html.js';
import { renderPlanJunit } from './plan-junit.js';
import type { PlanReport } from './plan-report.js';
import { renderPlanSummary } from './plan-summary.js';
import { renderPlanTerminal } from './plan-terminal.js';

/** Gives a plan in every form. @throws InputError where the report directory cannot be one */
export async function publishPlan(report: PlanReport, to: ReportPublication): Promise<void> {
  const forms = {
    junit: renderPlanJunit(report),
    html: renderPlanHtml(report),
    summary: renderPlanSummary(report, to.links),
    terminal: renderPlanTerminal(report, to.terminal),
    calicoAfter: report.plan.target?.calico ?? '',
    backupArtifact: '',
  };
  await publishClusterReport(report, forms, to);
  if (report.networkFault != null) to.reporter.error(report.networkFault);
}
