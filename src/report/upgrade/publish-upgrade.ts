import { renderPlanHtml } from '../plan/plan-html.js';
import { renderSuites, type TestCase } from '../junit-suites.js';
import { type ReportPublication, saveReport } from '../save-report.js';
import { isFailure } from '../verdict.js';
import type { UpgradeReport } from './upgrade-report.js';
import { renderUpgradeSummary, renderUpgradeTerminal } from './upgrade-text.js';

/**
 * Gives an upgrade in every form. What cannot be written or sent is a warning and never changes the verdict.
 * @throws InputError where the report directory cannot be one
 */
export async function publishUpgrade(report: UpgradeReport, to: ReportPublication): Promise<void> {
  const { reporter, store } = to;
  const isWritten = saveReport('report.json', `${JSON.stringify(report, null, 2)}\n`, to);
  saveReport('junit.xml', renderUpgradeJunit(report), to);
  saveReport('report.html', renderPlanHtml({ ...report, mode: 'plan' }), to);
  reporter.setOutputs(outputsOf(report, isWritten ? store.directory : ''));
  await reporter.writeSummary(renderUpgradeSummary(report, to.links));
  reporter.info(renderUpgradeTerminal(report, to.terminal));
  if (isFailure(report.result)) reporter.error(`${report.summary} ${report.wayOut}`.trim());
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

function outputsOf(
  { result, findings, clusters, calicoAfter, backup }: UpgradeReport,
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
    'backup-artifact': backup?.artifact ?? '',
    'longest-gap-ms': '',
  };
}
