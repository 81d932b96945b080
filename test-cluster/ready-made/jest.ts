import { describe, it } from '@jest/globals';
import { describeWithCluster, type SuiteOptions } from '../jest.js';
import type { TestCluster } from '../types.js';
import { manifestAvailability } from './manifests.js';

/** A suite that needs a cluster and upstream's manifests; without the latter it is skipped, or fails where CI says so. */
export function describeWithCalico(
  title: string,
  options: SuiteOptions,
  body: (cluster: () => TestCluster) => void,
): void {
  const availability = manifestAvailability();
  if (availability.isAvailable) {
    describeWithCluster(title, options, body);
    return;
  }
  const { reason } = availability;
  if (process.env['REQUIRE_ALL_TESTS'] !== '1') {
    describe.skip(`${title} (skipped: ${reason})`, () => {
      it('needs upstream’s manifests', () => undefined);
    });
    return;
  }
  describe(title, () => {
    it('has upstream’s manifests', () => {
      throw new Error(reason);
    });
  });
}
