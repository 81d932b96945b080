import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { lostResources, mergeRelease } from '../../../src/upgrade/hop/merge-release.js';

function installation(spec: unknown, kind = 'Installation'): KubernetesObject {
  return { apiVersion: 'operator.tigera.io/v1', kind, metadata: { name: 'default' }, spec };
}

function operator(image: string, more: object = {}): KubernetesObject {
  const containers = [{ name: 'tigera-operator', image, ...more }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'tigera-operator', namespace: 'tigera-operator' },
    spec: { template: { spec: { containers } } },
  };
}

function merged(installed: unknown, live: unknown, target: unknown): unknown {
  const { objects } = mergeRelease({
    installed: [installation(installed)],
    live: [installation(live)],
    target: [installation(target)],
  });
  return objects[0]?.['spec'];
}

describe('what a release comes to', () => {
  it.each([
    ['keeps what users and the operator wrote', { a: 1 }, { a: 1, mtu: 9000 }, { a: 1 }, { a: 1, mtu: 9000 }],
    ['keeps what both charts say alike, as it is', { a: 1 }, { a: 7 }, { a: 1 }, { a: 7 }],
    ['takes what the charts say differently', { a: 1 }, { a: 7, b: 2 }, { a: 3 }, { a: 3, b: 2 }],
    ['takes what is new in the target', {}, { a: 7 }, { a: 3 }, { a: 3 }],
    ['takes away what the target has no more', { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }, { a: 1 }],
    ['takes away what the target sets to null', { a: 1 }, { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['goes into maps', { m: { a: 1 } }, { m: { a: 1, own: 2 } }, { m: { a: 3 } }, { m: { a: 3, own: 2 } }],
    ['makes a map of a scalar', { m: 1 }, { m: 1 }, { m: { a: 3 } }, { m: { a: 3 } }],
    ['takes lists whole', { l: [1] }, { l: [1, 9] }, { l: [2] }, { l: [2] }],
    ['keeps lists that the charts say alike', { l: [1] }, { l: [1, 9] }, { l: [1] }, { l: [1, 9] }],
  ])('%s', (_, installed, live, target, expected) => {
    expect(merged(installed, live, target)).toEqual(expected);
  });

  it('makes resources that are new, and those that somebody deleted', () => {
    const target = [installation({ a: 1 }), installation({}, 'Goldmane')];
    const { objects } = mergeRelease({ installed: [installation({ a: 1 })], live: [], target });
    expect(objects).toEqual(target);
  });

  it('keeps the user’s changes in what is no resource, as everywhere', () => {
    const env = [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com' }];
    const { objects } = mergeRelease({
      installed: [operator('operator:v1')],
      live: [operator('operator:v1', { env })],
      target: [operator('operator:v2')],
    });
    expect(objects).toMatchObject([operator('operator:v2', { env })]);
  });

  it('names what goes, where it is still there', () => {
    const [one, other] = ['a', 'b'].map((name): KubernetesObject => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [],
    }));
    if (!one || !other) throw new Error('unreachable');
    const { obsolete } = mergeRelease({ installed: [one, other], live: [one], target: [] });
    expect(obsolete.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('resources that would be lost', () => {
  it('are those that the target’s chart no longer renders; nothing else counts', () => {
    const installed = [installation({}), installation({}, 'APIServer'), operator('operator:v1')];
    expect(lostResources({ installed, target: [installation({ a: 1 })] })).toEqual([
      { apiVersion: 'operator.tigera.io/v1', kind: 'APIServer', namespace: null, name: 'default' },
    ]);
    expect(lostResources({ installed, target: installed })).toEqual([]);
  });
});
