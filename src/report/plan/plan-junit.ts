import { renderSuites, type TestCase } from '../junit-suites.js';
import { probeSuites } from '../run/probe-junit.js';
import type { PlanReport, ReportPreflightFinding } from './plan-report.js';

/**
 * The plan as JUnit XML: one suite for the cluster, a test for the way to the target and one for each finding. What stops
 * the upgrade fails its test. The network test by itself has a test besides, and a suite with its paths.
 */
export function renderPlanJunit(report: PlanReport): string {
  const { plan, cluster, findings } = report;
  const way: TestCase = {
    name: plan.target === null ? 'target' : `way to Calico ${plan.target.calico}`,
    path: '',
    failures:
      plan.target !== null && plan.missingPairs.length === 0
        ? []
        : [{ type: 'path', message: plan.summary, text: plan.missingPairs.map(describePair).join('\n') }],
    skipped: null,
    output: plan.summary,
  };
  return renderSuites(
    new Map([
      [cluster.server, [way, ...networkCases(report), ...findings.map(findingCase)]],
      ...probeSuites(cluster.server, report.probes),
    ]),
  );
}

/** Whether the network works, where that was asked; its paths are suites of their own. */
function networkCases({ networkFault }: PlanReport): readonly TestCase[] {
  if (networkFault === undefined) return [];
  const failures =
    networkFault === null ? [] : [{ type: 'network', message: networkFault, text: networkFault }];
  return [{ name: 'network test', path: '', failures, skipped: null, output: '' }];
}

/** What a finding is as a test: one that stops fails it. */
export function findingCase(finding: ReportPreflightFinding): TestCase {
  const { code, severity, weight, message } = finding;
  const fails = severity === 'error';
  return {
    name: `${code}: ${message}`,
    path: '',
    failures: fails ? [{ type: code, message, text: describe(finding) }] : [],
    skipped: null,
    output: fails ? '' : `${weight}: ${describe(finding)}`,
  };
}

function describe({ message, remedy, source, evidence }: ReportPreflightFinding): string {
  const places = evidence.map(({ object, field, value }) =>
    [object, field, value === '' ? '' : `= ${value}`].filter((part) => part !== '').join(' '),
  );
  return [message, remedy, ...places, source ?? ''].filter((line) => line !== '').join('\n');
}

function describePair(pair: PlanReport['plan']['missingPairs'][number]): string {
  return `Calico ${pair.calico} with Kubernetes ${pair.kubernetes} is ${pair.support}: ${pair.reason}`;
}
