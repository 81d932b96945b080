import { expect, test } from '@jest/globals';
import { fingerprintOf } from '../../src/text/fingerprint.js';

test('a fingerprint is 32 hexadecimal digits, the same in every run', () => {
  expect(fingerprintOf('')).toBe('811c9dc59e3779b1c2b2ae3d165667b1');
  expect(fingerprintOf('pair-untested prod v1.27.3')).toMatch(/^[0-9a-f]{32}$/);
  expect(fingerprintOf('é')).not.toBe(fingerprintOf('e'));
});

test('texts that differ little have other fingerprints, in each of its four parts', () => {
  const texts = Array.from(
    { length: 20_000 },
    (_, index) => `pair-untested clusters/c${index} v1.${index % 36}`,
  );
  for (let part = 0; part < 4; part++) {
    const parts = new Set(texts.map((text) => fingerprintOf(text).slice(part * 8, part * 8 + 8)));
    // By chance alone one pair in 20,000 is alike in 32 bits about one time in twenty
    expect(parts.size).toBeGreaterThanOrEqual(texts.length - 2);
  }
  expect(new Set(texts.map(fingerprintOf)).size).toBe(texts.length);
});
