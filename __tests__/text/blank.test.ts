import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blank, findSpans, replaceSpans } from '../../src/text/blank.js';

test('blank keeps the length and the line breaks', () => {
  expect(blank('ab\r\n\tü😀\n')).toBe('  \r\n    \n');
});

describe('findSpans', () => {
  test.each<[string, readonly (readonly [number, number])[]]>([
    ['a {# b #} c', [[2, 9]]],
    ['{# a {# b #} c #}', [[0, 12]]],
    [
      '{# a #}{##}',
      [
        [0, 7],
        [7, 11],
      ],
    ],
    ['{# never closed', []],
    ['#} {#', []],
    ['', []],
  ])('%j', (text, spans) => {
    expect(findSpans(text, '{#', '#}')).toEqual(spans);
  });

  test('leaves out the marks that do not open', () => {
    expect(findSpans('${#a} {# b #}', '{#', '#}', (at) => at !== 1)).toEqual([[6, 13]]);
  });
});

test('replaceSpans changes what is in the spans and nothing else', () => {
  expect(replaceSpans('0123456789', [[1, 3], [7, 8]], (part) => part.replace(/./g, 'x'))).toBe('0xx3456x89'); // prettier-ignore
  fc.assert(
    fc.property(fc.string(), (text) => {
      const replaced = replaceSpans(text, findSpans(text, '{', '}'));
      expect(replaced.length).toBe(text.length);
      expect(replaced.split('\n').length).toBe(text.split('\n').length);
    }),
  );
});
