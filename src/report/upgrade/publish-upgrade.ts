import { renderSuites, type TestCase } from '../junit-suites.js';
import { findingCase } from '../plan/plan-junit.js';
import { publishClusterReport, type ReportPublication } from '../publish-cluster-report.js';
import { checkSuites } from '../run/hop-checks.js';
import { probeSuites } from '../run/probe-junit.js';
import { stepSuites } from '../run/run-junit.js';
import { isFailure } from '../verdict.js';
import { renderUpgradeHtml } from './upgrade-html.js';
import type { UpgradeReport } from './upgrade-report.js';
import { renderUpgradeSummary } from './upgrade-summary.js';
import { renderUpgradeTerminal } from './upgrade-terminal.js';

/** Gives an upgrade in every form. @throws InputError where the report directory cannot be one */
export async function publishUpgrade(report: UpgradeReport, to: ReportPublication): Promise<void> {
  const forms = {
    junit: renderUpgradeJunit(report),
    html: renderUpgradeHtml(report),
    summary: renderUpgradeSummary(report, to.links),
    terminal: renderUpgradeTerminal(report, to.terminal),
    calicoAfter: report.calicoAfter ?? '',
    backupArtifact: report.backup?.artifact ?? '',
    longestGap: report.disruption?.longest ? String(report.disruption.longest.ms) : '',
  };
  await publishClusterReport(report, forms, to);
  if (isFailure(report.result)) to.reporter.error(`${report.summary} ${report.wayOut}`.trim());
}

/**
 * An upgrade as JUnit XML: a test for the whole, one for each finding, and of each hop one for each stage, step,
 * check, and path of the network test.
 */
export function renderUpgradeJunit(report: UpgradeReport): string {
  const { cluster, result, summary, next, findings, stages } = report;
  const whole: TestCase = {
    name: 'upgrade',
    path: '',
    failures: isFailure(result) ? [{ type: result, message: summary, text: `${summary}\n${next}` }] : [],
    skipped: null,
    output: summary,
  };
  return renderSuites(
    new Map([
      [cluster.server, [whole, ...findings.map(findingCase)]],
      ...stepSuites(cluster.server, stages),
      ...checkSuites(cluster.server, report.checks),
      ...probeSuites(cluster.server, report.probes),
    ]),
  );
}
