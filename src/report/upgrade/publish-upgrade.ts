import { renderPlanHtml } from '../plan/plan-html.js';
import { renderSuites, type TestCase } from '../junit-suites.js';
import { publishClusterReport, type ReportPublication } from '../publish-cluster-report.js';
import { isFailure } from '../verdict.js';
import type { UpgradeReport } from './upgrade-report.js';
import { renderUpgradeSummary, renderUpgradeTerminal } from './upgrade-text.js';

/** Gives an upgrade in every form. @throws InputError where the report directory cannot be one */
export async function publishUpgrade(report: UpgradeReport, to: ReportPublication): Promise<void> {
  const forms = {
    junit: renderUpgradeJunit(report),
    html: renderPlanHtml({ ...report, mode: 'plan' }),
    summary: renderUpgradeSummary(report, to.links),
    terminal: renderUpgradeTerminal(report, to.terminal),
    calicoAfter: report.calicoAfter ?? '',
    backupArtifact: report.backup?.artifact ?? '',
  };
  await publishClusterReport(report, forms, to);
  if (isFailure(report.result)) to.reporter.error(`${report.summary} ${report.wayOut}`.trim());
}

/** An upgrade as JUnit XML: a test for the whole and one for each step. */
export function renderUpgradeJunit({ cluster, result, summary, wayOut, stages }: UpgradeReport): string {
  const whole: TestCase = {
    name: 'upgrade',
    path: '',
    failures: isFailure(result) ? [{ type: result, message: summary, text: `${summary}\n${wayOut}` }] : [],
    skipped: null,
    output: summary,
  };
  const steps = stages.map(({ hop, stage, title, outcome, reason }): TestCase => ({
    name: `${hop}, ${stage}: ${title}`,
    path: '',
    failures: outcome === 'done' ? [] : [{ type: outcome, message: reason, text: reason }],
    skipped: null,
    output: '',
  }));
  return renderSuites(new Map([[cluster.server, [whole, ...steps]]]));
}
