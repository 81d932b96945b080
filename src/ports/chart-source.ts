import type { Version } from '../version/version.js';
import type { Chart } from './helm.js';

/** Where the charts of the operator come from. */
export interface ChartSource {
  /** @throws EnvironmentError or InputError where the chart of a release cannot be had */
  readonly read: (release: Version) => Promise<Chart>;
}
