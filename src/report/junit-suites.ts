import { escapeXml } from './markup.js';

/** A test as JUnit has it. */
export interface TestCase {
  readonly name: string;
  /** The file that it is about; empty where it is about none. */
  readonly path: string;
  readonly failures: readonly { readonly type: string; readonly message: string; readonly text: string }[];
  /** Why it is neither passed nor failed; null where it is one of them. */
  readonly skipped: string | null;
  readonly output: string;
  /** How long it took; 0 where nothing is said. */
  readonly seconds?: number;
  /** Whether that is the time of other tests of the suite together. */
  readonly isSum?: boolean;
}

/** Suites of tests, by name, as JUnit XML; suites without tests are left out. */
export function renderSuites(suites: ReadonlyMap<string, readonly TestCase[]>): string {
  const all = [...suites.values()].flat();
  const body = [...suites]
    .filter(([, cases]) => cases.length > 0)
    .map(([name, cases]) => renderSuite(name, cases));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="Calico Upgrade Action" ${totals(all)}>\n${body.join('')}</testsuites>\n`;
}

function totals(cases: readonly TestCase[]): string {
  const failures = cases.filter((testCase) => testCase.failures.length > 0).length;
  const skipped = cases.filter((testCase) => testCase.skipped !== null).length;
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${timeOf(cases)}"`;
}

function timeOf(cases: readonly TestCase[]): number {
  const own = cases.filter(({ isSum = false }) => !isSum);
  return Math.round(own.reduce((sum, { seconds = 0 }) => sum + seconds, 0) * 10) / 10;
}

function renderSuite(name: string, cases: readonly TestCase[]): string {
  const body = cases.map((testCase) => renderCase(name, testCase));
  return `  <testsuite name="${escapeXml(name)}" ${totals(cases)}>\n${body.join('')}  </testsuite>\n`;
}

function renderCase(suite: string, testCase: TestCase): string {
  const attributes = `name="${escapeXml(testCase.name)}" classname="${escapeXml(suite)}" file="${escapeXml(testCase.path)}" time="${testCase.seconds ?? 0}"`;
  const parts = testCase.failures.map(
    ({ type, message, text }) =>
      `      <failure type="${escapeXml(type)}" message="${escapeXml(message)}">${escapeXml(text)}</failure>\n`,
  );
  if (testCase.skipped !== null) parts.push(`      <skipped message="${escapeXml(testCase.skipped)}"/>\n`);
  if (testCase.output !== '') parts.push(`      <system-out>${escapeXml(testCase.output)}</system-out>\n`);
  return parts.length === 0
    ? `    <testcase ${attributes}/>\n`
    : `    <testcase ${attributes}>\n${parts.join('')}    </testcase>\n`;
}
