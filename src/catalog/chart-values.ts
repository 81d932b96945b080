import defaults from './data/chart-defaults.json' with { type: 'json' };
import rows from './data/chart-values.json' with { type: 'json' };
import type { Version } from '../version/version.js';
import { compareVersions } from '../version/version.js';
import { versionOf } from './release-lines.js';
import type { ChartDefault, ChartValue } from './types.js';

/** What is known of a value of the chart tigera-operator, given its path: `tigeraOperator.image`; null where nothing is. */
export function chartValue(path: string): ChartValue | null {
  return rows.find((row: ChartValue) => path === row.path || path.startsWith(`${row.path}.`)) ?? null;
}

/** Whether a release's chart reads a value. */
export function isRead(value: ChartValue, release: Version): boolean {
  return isWithin(value, release);
}

/**
 * What a release's chart says of a value where the user says nothing: a scalar, a list or an empty map. Undefined for
 * nothing; of releases before v3.24.0 nothing is known.
 */
export function chartDefault(path: string, release: Version): unknown {
  const known: readonly ChartDefault[] = defaults;
  return known.find((row) => row.path === path && isWithin(row, release))?.value;
}

function isWithin({ since, until }: Pick<ChartValue, 'since' | 'until'>, release: Version): boolean {
  const isThere = compareVersions(versionOf(since), release) <= 0;
  return isThere && (until === null || compareVersions(release, versionOf(until)) <= 0);
}
