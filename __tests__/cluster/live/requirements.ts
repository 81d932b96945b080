import { readyAvailability } from '../../../test-cluster/availability.js';
import { manifestAvailability } from '../../../test-cluster/ready-made/manifests.js';
import type { ClusterOptions } from '../../../test-cluster/types.js';

/** Why there can be no such cluster with upstream’s manifests here; null: there can. */
export function lackOf(options: ClusterOptions): string | null {
  for (const availability of [manifestAvailability(), readyAvailability(options)]) {
    if (!availability.isAvailable) return availability.reason;
  }
  return null;
}

/** Whether tests of a cluster run: where there can be one, or where REQUIRE_ALL_TESTS is 1. */
export function isWanted(lack: string | null): boolean {
  return lack === null || process.env['REQUIRE_ALL_TESTS'] === '1';
}

/** The title of such tests, with the reason where they are skipped. */
export function titleOf(title: string, lack: string | null): string {
  return lack === null ? title : `${title} (needs more: ${lack})`;
}
