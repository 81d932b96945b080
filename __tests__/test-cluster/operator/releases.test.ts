import { describe, expect, it } from '@jest/globals';
import { operatorRelease, typhaScale } from '../../../test-cluster/operator/releases.js';

describe('operatorRelease', () => {
  it.each([
    [
      'v1.25.0',
      { calico: 'v3.22.0', registry: 'docker.io/', hasCsi: false, hasOverrides: false, ownsPools: false },
    ],
    [
      'v1.32.10',
      { calico: 'v3.27.4', hasCsi: true, ownsPools: false, typhaSurge: '100%', controllers: 'node' },
    ],
    [
      'v1.34.5',
      { calico: 'v3.28.2', ownsPools: true, hasDefinitions: false, apiServerNamespace: 'calico-apiserver' },
    ],
    ['v1.38.6', { registry: 'docker.io/', hasDefinitions: true, refusesNonPrivileged: false }],
    [
      'v1.38.13',
      {
        calico: 'v3.30.7',
        registry: 'quay.io/',
        controllers: 'node,loadbalancer',
        refusesNonPrivileged: true,
      },
    ],
    ['v1.40.15', { calico: 'v3.31.7', apiServerNamespace: 'calico-system', reportsTiers: false }],
    ['v1.42.3', { calico: 'v3.32.1', reportsTiers: true }],
  ])('knows what %s does', (tag, facts) => {
    expect(operatorRelease(tag)).toMatchObject({ version: tag, ...facts });
  });

  it.each(['v1.99.0', 'latest', ''])('does not guess what “%s” does', (tag) => {
    expect(operatorRelease(tag)).toBeNull();
  });
});

describe('typhaScale', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [399, 3],
    [400, 4],
    [1000, 7],
    [3600, 20],
  ])('wants for %i nodes %i typhas', (nodes, typhas) => {
    expect(typhaScale(nodes)).toBe(typhas);
  });
});
