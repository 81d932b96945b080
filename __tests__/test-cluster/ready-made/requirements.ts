import { describe } from '@jest/globals';
import { readyAvailability } from '../../../test-cluster/availability.js';
import { manifestAvailability } from '../../../test-cluster/ready-made/manifests.js';
import type { ClusterOptions } from '../../../test-cluster/types.js';

export { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';

/** Why there can be no such cluster with upstream's manifests here; null: there can. */
export function lackOf(options: ClusterOptions): string | null {
  for (const availability of [manifestAvailability(), readyAvailability(options)]) {
    if (!availability.isAvailable) return availability.reason;
  }
  return null;
}

/** `describe` where there can be such a cluster, or where REQUIRE_ALL_TESTS is 1; else the tests are skipped. */
export function describeWith(lack: string | null): typeof describe | typeof describe.skip {
  return lack === null || process.env['REQUIRE_ALL_TESTS'] === '1' ? describe : describe.skip;
}

/** The reason in the title of what is skipped. */
export function titleOf(title: string, lack: string | null): string {
  return lack === null ? title : `${title} (needs more: ${lack})`;
}
