import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareVersions,
  formatVersion,
  isEnterprise,
  isPlausible,
  parseVersion,
} from '../../src/version/version.js';

describe('parseVersion', () => {
  test.each([
    ['v3.26.1', { major: 3, minor: 26, patch: 1, suffix: '' }],
    ['1.29', { major: 1, minor: 29, patch: null, suffix: '' }],
    ['v3.26.x', { major: 3, minor: 26, patch: null, suffix: '' }],
    ['1.29.*', { major: 1, minor: 29, patch: null, suffix: '' }],
    ['v1.33.3+k3s1', { major: 1, minor: 33, patch: 3, suffix: '+k3s1' }],
    ['1.29.0-00', { major: 1, minor: 29, patch: 0, suffix: '-00' }],
    ['v1.36.1.1', { major: 1, minor: 36, patch: 1, suffix: '.1' }],
  ])('reads %s', (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
  });

  test.each(['', 'v', 'latest', '3', 'v3.26.1 ', 'sha256:1.2', '1.29@sha256:ab', 'a1.2.3'])(
    'refuses %j',
    (text) => {
      expect(parseVersion(text)).toBeNull();
    },
  );

  test('reads back what formatVersion writes', () => {
    const part = fc.nat({ max: 999 });
    fc.assert(
      fc.property(part, part, fc.option(part), (major, minor, patch) => {
        const version = { major, minor, patch, suffix: '' };
        expect(parseVersion(formatVersion(version))).toEqual(version);
      }),
    );
  });
});

describe('formatVersion', () => {
  test.each([
    ['1.33.3+k3s1', 'v1.33.3'],
    ['1.29', 'v1.29'],
    ['v1.36.10.1', 'v1.36.10.1'],
    ['v1.29.0-1.1', 'v1.29.0'],
  ])('writes %s as %s', (text, expected) => {
    const version = parseVersion(text);
    expect(version && formatVersion(version)).toBe(expected);
  });
});

test('compareVersions orders by number, a minor before its patches', () => {
  const sorted = ['v3.9.1', 'v3.26.10', 'v3.26.9', 'v3.26', 'v3.26.1.1', 'v3.26.1']
    .map((text) => parseVersion(text))
    .filter((version) => version !== null)
    .sort(compareVersions)
    .map(formatVersion);
  expect(sorted).toEqual(['v3.9.1', 'v3.26', 'v3.26.1', 'v3.26.1.1', 'v3.26.9', 'v3.26.10']);
});

test.each([
  ['kubernetes', 'v1.29.1', true],
  ['kubernetes', 'v3.26.1', false],
  ['calico', 'v3.26.1', true],
  ['calico', 'v2.6.12', true],
  ['calico', 'v1.30.4', false],
  ['tigera-operator', 'v1.30.4', true],
  ['tigera-operator', 'v3.26.1', false],
] as const)('isPlausible(%s, %s) is %s', (component, text, expected) => {
  const version = parseVersion(text);
  expect(version && isPlausible(component, version)).toBe(expected);
});

test('a Calico Enterprise version is told from a Calico pre-release', () => {
  expect(
    ['v3.18.0-2.0', 'v3.18.0-0.dev', 'v3.18.0', 'v3.18.0-rc.1'].map((text) =>
      isEnterprise(parseVersion(text) ?? { major: 0, minor: 0, patch: 0, suffix: '' }),
    ),
  ).toEqual([true, false, false, false]);
});
