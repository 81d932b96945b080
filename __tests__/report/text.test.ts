import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clip, clipToWidth, displayWidth, formatPlace, singleLine } from '../../src/report/text.js';
import { hostileText } from './arbitrary-report.js';

test.each([
  ['a\r\nb\tc\u2028d', 'a b c d'],
  ['\u001b]0;title\u0007', '␛]0;title␇'],
  ['\u007f\u009b', '␡\ufffd'],
  ['\u202egnp.exe', '\ufffdgnp.exe'],
  ['\ud83d', '\ufffd'],
  ['😀 ü 本', '😀 ü 本'],
])('singleLine(%j) is %j', (text, expected) => {
  expect(singleLine(text)).toBe(expected);
});

test('singleLine leaves alone what it has made', () => {
  fc.assert(fc.property(hostileText, (text) => expect(singleLine(singleLine(text))).toBe(singleLine(text))));
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 4, 'abc…'],
  ['ab😀cd', 4, 'ab…'],
  ['abc', 0, '…'],
])('clip(%j, %i) is %j', (text, length, expected) => {
  expect(clip(text, length)).toBe(expected);
});

test('clipToWidth never takes more columns than it is given', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.nat({ max: 30 }),
      fc.constantFrom('start' as const, 'end' as const),
      (text, width, gone) => {
        expect(displayWidth(clipToWidth(text, width, gone))).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test.each([
  [{ path: 'a.yaml', line: 3, column: 7 }, 'a.yaml:3:7'],
  [{ path: 'a.yaml', line: 3 }, 'a.yaml:3'],
  [{ path: 'a.yaml', line: 0, column: 1 }, 'a.yaml'],
])('formatPlace(%j) is %s', (place, expected) => {
  expect(formatPlace(place)).toBe(expected);
});
