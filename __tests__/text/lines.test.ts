import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstLine, indexLines } from '../../src/text/lines.js';

describe('indexLines', () => {
  test.each([
    ['', 0, 1, 1],
    ['a\nb', 0, 1, 1],
    ['a\nb', 1, 1, 2],
    ['a\nb', 2, 2, 1],
    ['a\r\nb', 3, 2, 1],
    ['a\n', 2, 2, 1],
    ['😀b', 2, 1, 3],
    ['a\rb\u2028c', 3, 1, 4],
  ])('%j at %d is %d:%d', (text, offset, line, column) => {
    expect(indexLines(text).locate(offset)).toEqual({ line, column });
  });

  test('locate is the reverse of the start of a line and a column', () => {
    const text = fc.array(fc.constantFrom('a', 'ü', '\n', '\r\n', '😀')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.nat(), (of, anywhere) => {
        const offset = anywhere % (of.length + 1);
        const index = indexLines(of);
        const { line, column } = index.locate(offset);
        expect(index.startOf(line) + column - 1).toBe(offset);
        expect(line).toBe(of.slice(0, offset).split('\n').length);
        expect(line).toBeLessThanOrEqual(index.count);
      }),
    );
  });

  test('past the last line there is the end of the text', () => {
    expect(indexLines('a\nbc').startOf(7)).toBe(4);
  });
});

describe('firstLine', () => {
  test.each([
    ['a', { content: 'a', indent: 0 }],
    ['\n# b\n---\n  \n\t- c \nd', { content: '- c', indent: 1 }],
    ['--- # b\na', { content: 'a', indent: 0 }],
    ['---a', { content: '---a', indent: 0 }],
    ['# a\n\n', null],
    ['', null],
  ])('of %j', (text, expected) => {
    expect(firstLine(text)).toEqual(expected);
  });

  test('of a stretch', () => {
    expect(firstLine('a\nb\nc', 2, 3)).toEqual({ content: 'b', indent: 0 });
    expect(firstLine('a\n#b\nc', 2, 4)).toBeNull();
  });
});
