import type { HopResult } from '../../upgrade/climb.js';
import { hideCredentials } from '../../text/credentials.js';
import { formatVersion } from '../../version/version.js';
import type { Section } from '../fit.js';
import { table } from '../html-page.js';
import type { TestCase } from '../junit-suites.js';
import { escapeMarkdown } from '../markdown.js';
import { escapeHtml } from '../markup.js';
import { fold, list } from '../sections.js';

/** A check after a hop, as report.json has it. */
export interface ReportCheck {
  /** `Calico v3.31.7`. */
  readonly hop: string;
  readonly name: string;
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
}

/** The checks of the hops that came so far. */
export function reportChecks(hops: readonly HopResult[]): readonly ReportCheck[] {
  return hops.flatMap(({ to, checks }) =>
    (checks?.each ?? []).map(({ name, failures, warnings }) => ({
      hop: `Calico ${formatVersion(to)}`,
      name,
      failures: failures.map(hideCredentials),
      warnings: warnings.map(hideCredentials),
    })),
  );
}

/** The checks as Markdown: what they found, and all of them to be unfolded. */
export function checkSections(checks: readonly ReportCheck[]): readonly Section[] {
  const found = checks.filter(({ failures, warnings }) => failures.length + warnings.length > 0);
  return [
    list('What the checks after the hop found', 2, found.flatMap(foundRows)),
    fold(list('Checks after each hop', 5, checks.map(checkRow))),
  ];
}

function foundRows({ hop, name, failures, warnings }: ReportCheck): readonly string[] {
  const row = (sign: string, text: string): string =>
    `- ${sign} ${escapeMarkdown(`${hop}, ${name}: ${text}`)}\n`;
  return [...failures.map((text) => row('⛔', text)), ...warnings.map((text) => row('⚠️', text))];
}

function checkRow({ hop, name, failures, warnings }: ReportCheck): string {
  const sign = failures.length > 0 ? '⛔' : warnings.length > 0 ? '⚠️' : '✅';
  return `- ${sign} ${escapeMarkdown(`${hop}, ${name}`)}\n`;
}

/** The checks as a section of the page. */
export function checksHtml(checks: readonly ReportCheck[]): string {
  const rows = checks.map(({ hop, name, failures, warnings }) => [
    escapeHtml(`${hop}, ${name}`),
    failures.length > 0 ? '<span class="error">failed</span>' : warnings.length > 0 ? 'warns' : 'passed',
    [...failures, ...warnings].map((text) => `<p>${escapeHtml(text)}</p>`).join('') || '–',
  ]);
  return table('Checks after each hop', 'What must not have changed', ['Check', 'Outcome', 'Found'], rows);
}

/** A suite for each hop, with a test for each check. */
export function checkSuites(
  server: string,
  checks: readonly ReportCheck[],
): ReadonlyMap<string, readonly TestCase[]> {
  const hops = [...new Set(checks.map(({ hop }) => hop))];
  return new Map(
    hops.map((hop) => [
      `${server}: checks after ${hop}`,
      checks.filter((check) => check.hop === hop).map(caseOf),
    ]),
  );
}

function caseOf({ name, failures, warnings }: ReportCheck): TestCase {
  return {
    name,
    path: '',
    failures: failures.map((text) => ({ type: 'check', message: text, text })),
    skipped: null,
    output: warnings.join('\n'),
  };
}
