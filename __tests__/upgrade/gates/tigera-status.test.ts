import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { Lasts } from '../../../src/upgrade/gates/stopwatch.js';
import { statusFault } from '../../../src/upgrade/gates/tigera-status.js';
import { old } from './build-waiting.js';

function status(degraded: object): KubernetesObject {
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'TigeraStatus',
    metadata: { name: 'calico' },
    status: {
      conditions: [
        { type: 'Available', status: 'True' },
        { type: 'Degraded', ...degraded },
      ],
    },
  };
}

/** As if all had lasted for so many seconds. */
function after(seconds: number): Lasts {
  return (_, ms) => ms <= seconds * 1000;
}

describe('a TigeraStatus that is Degraded', () => {
  test.each<[string, string, string, number]>([
    ['a reason that does not heal', 'InvalidConfigurationError', 'Invalid Installation provided', 60],
    ['such a reason among others', 'PodFailure', 'ImageSetError: no image for calico/node', 60],
    ['any other', 'ResourceUpdateError', 'Error creating / updating resource', 120],
    ['pods that fail', 'PodFailure', 'Pod calico-system/calico-node-x has crash looping container', 120],
    ['none', '', '', 120],
  ])('for %s is a fault in its time, and not before', (_, reason, message, seconds) => {
    const said = status({ status: 'True', reason, message });
    expect(statusFault(said, after(seconds - 1))).toBeNull();
    expect(statusFault(said, after(seconds))).toBe(
      `TigeraStatus calico is Degraded, and stays so (${reason}: ${message})`,
    );
  });

  test('begins no new time where its reason changes', () => {
    const names = ['InvalidConfigurationError', 'ResourceUpdateError'].map((reason) => {
      const asked: string[] = [];
      statusFault(status({ status: 'True', reason, message: '' }), (name) => {
        asked.push(name);
        return false;
      });
      return asked;
    });
    expect(names[0]).toContain(names[1]?.[0]);
  });

  test.each([{ status: 'False', reason: 'InvalidConfigurationError' }, { status: 'Unknown' }, {}])(
    'is none where it says %j',
    (degraded) => {
      expect(statusFault(status(degraded), old)).toBeNull();
    },
  );
});
