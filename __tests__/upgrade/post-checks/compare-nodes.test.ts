import { describe, expect, test } from '@jest/globals';
import { compareNodes } from '../../../src/upgrade/post-checks/compare-nodes.js';

const FIELD = 'projectcalico.org/IPv4Address';

function nodes(addresses: Readonly<Record<string, string>>): Parameters<typeof compareNodes>[0] {
  return new Map(
    Object.entries(addresses).map(([name, address]) => [
      name,
      { calico: { [FIELD]: `${address}/24` }, internal: [address] },
    ]),
  );
}

describe('nodes after an upgrade', () => {
  test('are as they were, or have joined', () => {
    const after = nodes({ a: '192.0.2.1', joined: '192.0.2.9' });
    expect(compareNodes(nodes({ a: '192.0.2.1' }), after)).toEqual({ failures: [], warnings: [] });
  });

  test('that left are named, and fail nothing', () => {
    expect(compareNodes(nodes({ a: '192.0.2.1', b: '192.0.2.2' }), nodes({ a: '192.0.2.1' }))).toEqual({
      failures: [],
      warnings: ['Node b left the cluster meanwhile, and took no part in the upgrade from then on.'],
    });
  });
});
