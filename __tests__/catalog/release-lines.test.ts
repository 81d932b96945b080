import { describe, expect, test } from '@jest/globals';
import { reached, versionOf } from '../../src/catalog/release-lines.js';
import { sourceUrl } from '../../src/catalog/source-url.js';

describe('reached', () => {
  test.each([
    ['v3.29.9', ['v3.30.0'], false],
    ['v3.30.0', ['v3.30.0'], true],
    ['v3.31.2', ['v3.30.0'], true],
    ['v3.27.4', ['v3.28.0', 'v3.27.5'], false],
    ['v3.27.5', ['v3.28.0', 'v3.27.5'], true],
    ['v3.26.9', ['v3.28.0', 'v3.27.5'], false],
    ['v3.31.4', ['v3.30.7', 'v3.31.5', 'v3.32.0'], false],
    ['v3.31.5', ['v3.30.7', 'v3.31.5', 'v3.32.0'], true],
    ['v3.33.0', ['v3.30.7', 'v3.31.5', 'v3.32.0'], true],
  ])('%s, brought by %j: %s', (version, lines, expected) => {
    expect(reached(lines, versionOf(version))).toBe(expected);
  });
});

describe('versionOf', () => {
  test('refuses what is no version', () => {
    expect(() => versionOf('latest')).toThrow('“latest” is not a version');
  });
});

describe('sourceUrl', () => {
  test.each([
    [
      'projectcalico/calico@v3.26.1:manifests/calico.yaml',
      'https://github.com/projectcalico/calico/blob/v3.26.1/manifests/calico.yaml',
    ],
    ['tigera/docs@0123abc', 'https://github.com/tigera/docs/tree/0123abc'],
    ['https://github.com/projectcalico/calico/pull/1', 'https://github.com/projectcalico/calico/pull/1'],
  ])('%s is %s', (source, url) => {
    expect(sourceUrl(source)).toBe(url);
  });
});
