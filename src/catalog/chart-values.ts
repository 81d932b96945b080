import rows from './data/chart-values.json' with { type: 'json' };
import type { Version } from '../version/version.js';
import { compareVersions } from '../version/version.js';
import { versionOf } from './release-lines.js';
import type { ChartValue } from './types.js';

/** What is known of a value of the chart tigera-operator, given its path: `tigeraOperator.image`; null where nothing is. */
export function chartValue(path: string): ChartValue | null {
  return rows.find((row: ChartValue) => path === row.path || path.startsWith(`${row.path}.`)) ?? null;
}

/** Whether a release's chart reads a value. */
export function isRead({ since, until }: ChartValue, release: Version): boolean {
  const isThere = compareVersions(versionOf(since), release) <= 0;
  return isThere && (until === null || compareVersions(release, versionOf(until)) <= 0);
}
