import { renderSuites, type TestCase } from './junit-suites.js';
import type { Place, Report, ReportFinding, ReportPair } from './report.js';
import { findingsWorstFirst } from './rows.js';
import { formatPlace } from './text.js';

const NO_CLUSTER = '(no cluster)';

/**
 * The report as JUnit XML: a suite for each cluster, a test for each pair and for each finding that is about no pair.
 * Only errors that are new fail a test, as only they fail the run.
 */
export function renderJunit(report: Report): string {
  const suites = new Map<string, TestCase[]>(report.clusters.map((cluster) => [cluster.name, []]));
  const told = new Set<ReportFinding>();
  const errorsOf = errorsByCluster(report);
  for (const pair of report.pairs) {
    const errors = (errorsOf.get(pair.cluster) ?? []).filter((error) => isAbout(error, pair));
    for (const error of errors) told.add(error);
    add(suites, pair.cluster, caseOfPair(pair, errors));
  }
  for (const finding of findingsWorstFirst(report)) {
    if (!told.has(finding)) add(suites, finding.cluster ?? NO_CLUSTER, caseOfFinding(finding));
  }
  return renderSuites(suites);
}

function errorsByCluster(report: Report): ReadonlyMap<string, readonly ReportFinding[]> {
  const errors = new Map<string, ReportFinding[]>();
  for (const finding of report.findings) {
    if (finding.severity !== 'error' || finding.cluster === null) continue;
    const own = errors.get(finding.cluster);
    if (own) own.push(finding);
    else errors.set(finding.cluster, [finding]);
  }
  return errors;
}

function add(suites: Map<string, TestCase[]>, cluster: string, testCase: TestCase): void {
  const cases = suites.get(cluster);
  if (cases) cases.push(testCase);
  else suites.set(cluster, [testCase]);
}

/** Whether a finding of the pair's cluster speaks of the pair: of its Calico, and where it is about pairs, of its Kubernetes too. */
function isAbout(finding: ReportFinding, pair: ReportPair): boolean {
  const { calicoAt, kubernetesAt } = pair;
  if (calicoAt === null) return isAboutWhatRuns(finding, pair);
  if (![finding, ...finding.related].some((place) => isSame(place, calicoAt))) return false;
  if (!finding.code.startsWith('pair-') || kubernetesAt === null || finding.related.length === 0) return true;
  return finding.related.some((place) => isSame(place, kubernetesAt));
}

/** A pair whose Calico runs and stands in no file: the finding names both versions. */
function isAboutWhatRuns({ code, message, path }: ReportFinding, pair: ReportPair): boolean {
  return (
    code.startsWith('pair-') &&
    path === (pair.kubernetesAt?.path ?? '') &&
    [pair.calico, pair.kubernetes].every((version) => message.includes(version))
  );
}

function isSame(a: Place, b: Place): boolean {
  return a.path === b.path && a.line === b.line;
}

function caseOfPair(pair: ReportPair, errors: readonly ReportFinding[]): TestCase {
  const failures = errors.filter((error) => error.isNew);
  return {
    name: `Calico ${pair.calico} with Kubernetes ${pair.kubernetes} (${formatPlace(placeOfPair(pair))})`,
    path: placeOfPair(pair).path,
    failures: failures.map(failureOf),
    skipped: failures.length === 0 && errors.length > 0 ? knownText(errors) : null,
    output: `${pair.support}: ${pair.reason}\n${pair.source}`,
  };
}

function placeOfPair({ calicoAt, kubernetesAt }: ReportPair): Place {
  return calicoAt ?? kubernetesAt ?? { path: '', line: 0 };
}

function caseOfFinding(finding: ReportFinding): TestCase {
  const fails = finding.severity === 'error' && finding.isNew;
  return {
    name: `${finding.code} (${formatPlace(finding)})`,
    path: finding.path,
    failures: fails ? [failureOf(finding)] : [],
    skipped: finding.severity === 'error' && !fails ? knownText([finding]) : null,
    output: fails ? '' : `${finding.severity}: ${describe(finding)}`,
  };
}

function failureOf(finding: ReportFinding): TestCase['failures'][number] {
  return { type: finding.code, message: finding.message, text: describe(finding) };
}

function knownText(errors: readonly ReportFinding[]): string {
  return `on the base branch already: ${errors.map((error) => error.message).join(' ')}`;
}

function describe(finding: ReportFinding): string {
  const related = finding.related.map((place) => `see also ${formatPlace(place)}`);
  const lines = [finding.message, finding.remedy, formatPlace(finding), ...related, finding.source ?? ''];
  return lines.filter((line) => line !== '').join('\n');
}
