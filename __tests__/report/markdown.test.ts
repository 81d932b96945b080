import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { code, encodePath, escapeMarkdown, link, placeLink, webAddress } from '../../src/report/markdown.js';
import { hostileText } from './arbitrary-report.js';

test.each([
  ['a|b', 'a&#124;b'],
  ['`x` **b** _i_ ~s~ $m$', '&#96;x&#96; &#42;&#42;b&#42;&#42; &#95;i&#95; &#126;s&#126; &#36;m&#36;'],
  ['<img src=x> &amp;', '&#60;img src=x&#62; &#38;amp;'],
  ['line\n# head', 'line &#35; head'],
  ['[t](u)', '&#91;t&#93;(u)'],
])('escapeMarkdown(%j) is %j', (text, expected) => {
  expect(escapeMarkdown(text)).toBe(expected);
});

test.each(['@octocat', 'mail@octocat', '@my-org/team'])('%s pings nobody', (text) => {
  expect(escapeMarkdown(text)).toMatch(/@\u200b/);
  expect(code(text)).not.toMatch(/@[\w-]/);
});

test.each(['#12', 'o/r#12', 'GH-12'])('%s links to no issue', (text) => {
  expect(escapeMarkdown(text)).not.toMatch(/(?:#|GH-)12/);
});

test('a very long text is cut', () => {
  expect(escapeMarkdown('x'.repeat(5000))).toHaveLength(1000);
});

test.each([
  ['https://a.example/x y(1)|`', '[l](https://a.example/x%20y%281%29%7C%60)'],
  ['https://a.example/?a=1&copy=2', '[l](https://a.example/?a=1&amp;copy=2)'],
  ['javascript:alert(1)', 'l'],
  ['no address', 'l'],
  [null, 'l'],
])('link to %j is %s', (target, expected) => {
  expect(link('l', target)).toBe(expected);
});

test('a place is linked to its line at the commit', () => {
  expect(placeLink({ path: 'a b/c#.yaml', line: 3 }, 'https://github.com/o/r/blob/abc')).toBe(
    '[<code>a b/c&#35;.yaml:3</code>](https://github.com/o/r/blob/abc/a%20b/c%23.yaml#L3)',
  );
  expect(placeLink({ path: 'a.yaml', line: 0 }, null)).toBe('<code>a.yaml</code>');
});

test('encodePath gives a path back as it was', () => {
  const segment = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('/'));
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
      const path = segments.join('/');
      expect(decodeURIComponent(encodePath(path))).toBe(path);
      expect(encodePath(path)).toMatch(/^[\w\-.!~*'()%/]*$/);
    }),
  );
});

test('only web addresses are addresses', () => {
  fc.assert(fc.property(hostileText, (text) => expect(webAddress(text) ?? 'https:').toMatch(/^https?:/)));
});
