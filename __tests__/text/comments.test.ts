import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blankComments, commentStyleOf } from '../../src/text/comments.js';

/** The text after comments are blanked out, with the blanks at its end taken off. */
function bare(text: string, style: Parameters<typeof blankComments>[1]): string {
  return blankComments(text, style).trimEnd();
}

describe('commentStyleOf', () => {
  test.each([
    ['a.yaml', 'hash'],
    ['Makefile', 'hash'],
    ['setup.sh', 'hash'],
    ['a.tf', 'both'],
    ['prod.tfvars', 'both'],
    ['Jenkinsfile', 'slashes'],
    ['ci/Jenkinsfile.e2e', 'slashes'],
    ['a.jsonnet', 'slashes'],
    ['a.json', 'none'],
    ['images.txt', 'none'],
  ])('%s: %s', (path, style) => {
    expect(commentStyleOf(path)).toBe(style);
  });
});

describe('hash', () => {
  test.each([
    ['# a', ''],
    ['a: 1 # b', 'a: 1'],
    ['a: "1 # b"', 'a: "1 # b"'],
    ["a: '1 # b' # c", "a: '1 # b'"],
    ['a: "1 \\" # b" # c', 'a: "1 \\" # b"'],
    ["it's # a comment", "it's"],
    ["say 'never closed # a", "say 'never closed"],
    ['url#fragment', 'url#fragment'],
    ['${#array[@]} ${name#v}', '${#array[@]} ${name#v}'],
    ['a; # b', 'a;'],
    ['; an INI comment', ''],
    ['a ; b', 'a ; b'],
    [';; a case ends', ';; a case ends'],
    ['{# jinja #} a', '            a'],
    ['{{/* go */}} a', '          }} a'],
    ['a <!-- b --> c', 'a            c'],
    ['// a', '// a'],
  ])('%j', (text, expected) => {
    expect(bare(text, 'hash')).toBe(expected);
  });
});

describe('slashes and both', () => {
  test.each([
    ['a = 1 // b', 'slashes', 'a = 1'],
    ['u = "https://x" // b', 'slashes', 'u = "https://x"'],
    ['a /* b */ c', 'both', 'a         c'],
    ['a = "x/*" # b', 'both', 'a = "x/*"'],
    ['# b', 'slashes', '# b'],
    ['a = 1 # b', 'both', 'a = 1'],
    ['a = 1 // b', 'both', 'a = 1'],
    ['"// a" # b', 'none', '"// a" # b'],
  ] as const)('%j as %s', (text, style, expected) => {
    expect(bare(text, style)).toBe(expected);
  });
});

test('a comment ends with its line', () => {
  expect(blankComments('# a\nb # c\r\nd', 'hash')).toBe('   \nb     \nd');
});

test('every other character stays where it is', () => {
  const text = fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '#',
        '//',
        '/*',
        '*/',
        '"',
        "'",
        '\\',
        '\n',
        '{#',
        '#}',
        '{{/*',
        '<!--',
        '-->',
        ';',
      ),
    )
    .map((parts) => parts.join(''));
  const style = fc.constantFrom('hash', 'slashes', 'both', 'none');
  fc.assert(
    fc.property(text, style, (before, by) => {
      const after = blankComments(before, by);
      expect(after.length).toBe(before.length);
      for (let at = 0; at < before.length; at++) expect([before[at], ' ']).toContain(after[at]);
      expect(after.split('\n').length).toBe(before.split('\n').length);
    }),
  );
});
