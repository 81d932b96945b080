import { encodePath } from './markdown.js';
import type { Place, Report, ReportFinding } from './report.js';
import { findingsWorstFirst } from './rows.js';
import { SARIF_LEVELS, type SarifRule, sarifRules } from './sarif-rules.js';
import { clip, count, singleLine } from './text.js';

/**
 * What GitHub code scanning shows: more results are dropped there, and 25,000 refuse the upload; more locations of one
 * result are cut.
 * @see https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
 */
export const SARIF_LIMITS = { results: 5000, locations: 100, message: 1024 } as const;

/** What the report itself does not say. */
export interface SarifOptions {
  readonly toolVersion: string;
  /** The page that explains the codes, one anchor each; null without one. */
  readonly docsUrl: string | null;
  /** Whether findings that the policy ignores are listed as suppressed. GitHub shows them as open all the same. */
  readonly withIgnored: boolean;
}

type Suppressed = ReportFinding & { readonly ignoredBecause?: string };

const ROOT = '%SRCROOT%';

/** The findings as a SARIF 2.1.0 log, worst first, cut to what GitHub shows; ends with a line break. */
export function renderSarif(report: Report, options: SarifOptions): string {
  const findings: readonly Suppressed[] = [
    ...findingsWorstFirst(report),
    ...(options.withIgnored ? report.ignored : []),
  ];
  // One result without a place makes GitHub refuse the file
  const placed = findings.filter(({ path }) => path !== '');
  const shown = placed.slice(0, SARIF_LIMITS.results);
  const rules = sarifRules(options.docsUrl);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: driverOf(options, rules) },
        invocations: [invocationOf(findings.length - shown.length)],
        originalUriBaseIds: { [ROOT]: { description: { text: 'The root of the repository.' } } },
        columnKind: 'utf16CodeUnits',
        results: resultsOf(shown, rules),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function driverOf(options: SarifOptions, rules: readonly SarifRule[]): object {
  return {
    name: 'Calico Upgrade Action',
    semanticVersion: options.toolVersion,
    ...(options.docsUrl === null ? {} : { informationUri: options.docsUrl }),
    rules,
  };
}

function invocationOf(left: number): object {
  if (left === 0) return { executionSuccessful: true };
  const text = `${count(left, 'more finding')} left out; report.json lists all.`;
  return { executionSuccessful: true, toolExecutionNotifications: [{ level: 'warning', message: { text } }] };
}

function resultsOf(findings: readonly Suppressed[], rules: readonly SarifRule[]): readonly object[] {
  const indexes = new Map(rules.map((rule, index) => [rule.id, index]));
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const nth = (seen.get(finding.fingerprint) ?? 0) + 1;
    seen.set(finding.fingerprint, nth);
    return resultOf(finding, indexes.get(finding.code) ?? -1, `${finding.fingerprint}:${nth}`);
  });
}

function resultOf(finding: Suppressed, ruleIndex: number, fingerprint: string): object {
  const related = finding.related.filter((place) => place.path !== '').slice(0, SARIF_LIMITS.locations - 1);
  return {
    ruleId: finding.code,
    ruleIndex,
    level: SARIF_LEVELS[finding.severity],
    message: { text: messageOf(finding, related) },
    locations: [locationOf(finding)],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(relatedLocation) }),
    // upload-sarif adds `primaryLocationLineHash` itself, and warns about one that differs from its own.
    partialFingerprints: { 'calicoUpgradeFinding/v1': fingerprint },
    baselineState: finding.isNew ? 'new' : 'unchanged',
    ...(finding.ignoredBecause === undefined
      ? {}
      : { suppressions: [suppressionOf(finding.ignoredBecause)] }),
    properties: { remedy: singleLine(finding.remedy), cluster: finding.cluster, source: finding.source },
  };
}

function suppressionOf(reason: string): object {
  return { kind: 'external', status: 'accepted', justification: singleLine(reason) };
}

/** The message, with related places as links that GitHub and editors resolve by their number. */
function messageOf(finding: ReportFinding, related: readonly Place[]): string {
  const links = related
    .slice(0, 3)
    .map((place, index) => `[${bracketless(place.path)}:${place.line}](${index + 1})`);
  const tail = links.length === 0 ? '' : ` See also ${links.join(', ')}.`;
  const text = plain(`${finding.message} ${finding.remedy}`);
  return tail.length > SARIF_LIMITS.message / 2
    ? clip(text, SARIF_LIMITS.message)
    : clip(text, SARIF_LIMITS.message - tail.length) + tail;
}

/** SARIF reads `[text](target)` in a message as a link: only our own are to be some. */
function plain(text: string): string {
  return singleLine(text).replaceAll('](', '] (');
}

function bracketless(path: string): string {
  return singleLine(path).replace(/[[\]\\]/g, '_');
}

function locationOf(place: Place & { readonly column?: number }): object {
  const artifactLocation = { uri: encodePath(place.path), uriBaseId: ROOT };
  if (place.line < 1) return { physicalLocation: { artifactLocation } };
  const column = place.column === undefined || place.column < 1 ? {} : { startColumn: place.column };
  return { physicalLocation: { artifactLocation, region: { startLine: place.line, ...column } } };
}

function relatedLocation(place: Place, index: number): object {
  return { id: index + 1, ...locationOf(place), message: { text: 'Also concerned' } };
}
