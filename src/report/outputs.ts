import { compareVersions, parseVersion } from '../version/version.js';
import type { Report } from './report.js';
import { countFindings } from './verdict.js';

/** The outputs of the action, as `action.yml` declares them. */
export const OUTPUT_NAMES = [
  'result',
  'findings-count',
  'errors-count',
  'kubernetes-version',
  'calico-version-before',
  'calico-version-after',
  'report-dir',
  'sarif-file',
  'backup-artifact',
  'longest-gap-ms',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/** Where the files of the report are; null where they could not be written. */
export interface OutputPlaces {
  readonly reportDir: string | null;
  readonly sarifFile: string | null;
}

/** The outputs of a `check`; empty where the run has nothing to say. Several versions make a comma list, oldest first. */
export function outputsOf(report: Report, places: OutputPlaces): Readonly<Record<OutputName, string>> {
  return {
    result: report.result,
    'findings-count': String(report.findings.length),
    'errors-count': String(countFindings(report.findings).error),
    'kubernetes-version': listVersions(report.clusters.flatMap((cluster) => cluster.kubernetes)),
    'calico-version-before': listVersions(report.clusters.flatMap((cluster) => cluster.calico)),
    'calico-version-after': '',
    'report-dir': places.reportDir ?? '',
    'sarif-file': places.sarifFile ?? '',
    'backup-artifact': '',
    'longest-gap-ms': '',
  };
}

function listVersions(versions: readonly string[]): string {
  return [...new Set(versions)].sort(compareTexts).join(',');
}

function compareTexts(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left && right) return compareVersions(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
}
