import { expect, test } from '@jest/globals';
import { blankProse } from '../../src/text/prose.js';
import { uniqueBy } from '../../src/text/unique.js';

test.each([
  ['description: e.g. v1.29', 'description:           '],
  ['  - description: v1', '  - description:   '],
  ['error_message = "v1"', 'error_message =     '],
  ['"description": "v1",', '"description":      '],
  ['Description: v1', 'Description:   '],
  ['description: |', 'description: |'],
  ['description: >-', 'description: >-'],
  ['description = <<EOT', 'description = <<EOT'],
  ['long_description: v1', 'long_description: v1'],
  ['version: v1', 'version: v1'],
])('blankProse of %j', (text, expected) => {
  expect(blankProse(text)).toBe(expected);
});

test('uniqueBy keeps the first of each key, in order', () => {
  expect(uniqueBy(['b1', 'a1', 'b2', 'a2'], (item) => item.slice(0, 1))).toEqual(['b1', 'a1']);
});
