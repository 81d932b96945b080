import { describe } from '@jest/globals';
import { availabilityOf } from '../../../test-cluster/binaries.js';
import { realNodesAvailability } from '../../../test-cluster/real-nodes/availability.js';
import { type Availability } from '../../../test-cluster/types.js';

const PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kubelet',
  'kube-proxy',
  'agnhost',
  'coredns',
  'kubectl',
] as const;

/** Why there can be no real nodes here; null: there can. */
export const lackOfRealNodes = reasonOf(realNodesAvailability()) ?? reasonOf(availabilityOf(PROGRAMS));

/** `describe`, where there can be real nodes, or where REQUIRE_ALL_TESTS is 1; else the tests are skipped. */
export const describeRealNodes =
  lackOfRealNodes === null || process.env['REQUIRE_ALL_TESTS'] === '1' ? describe : describe.skip;

function reasonOf(availability: Availability): string | null {
  return availability.isAvailable ? null : availability.reason;
}
