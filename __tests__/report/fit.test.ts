import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fitSections, type Section } from '../../src/report/fit.js';

function buildSection(rank: number, rows: readonly string[]): Section {
  return { head: `[${rank}`, rows, more: (cut) => `+${cut}`, foot: ']', rank };
}

const length = (text: string): number => text.length;

test('keeps everything where there is room', () => {
  expect(fitSections([buildSection(1, ['a', 'b']), buildSection(2, ['c'])], 100, length)).toBe('[1ab][2c]');
});

test('cuts the highest rank first, from the end, and counts what is cut', () => {
  const sections = [buildSection(2, ['aa', 'bb', 'cc']), buildSection(1, ['dd', 'ee'])];
  expect(fitSections(sections, 16, length)).toBe('[2aa+2][1ddee]');
});

test('a row that does not fit ends its section: what follows is less bad', () => {
  expect(fitSections([buildSection(1, ['aaaaaaaa', 'b'])], 8, length)).toBe('[1+2]');
});

test('stays within the limit, and cuts only where the limit asks for it', () => {
  const rows = fc.array(fc.string({ maxLength: 20 }), { maxLength: 10 });
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 5 }), fc.integer({ min: 40, max: 300 }), (all, limit) => {
      const sections = all.map((section, rank) => buildSection(rank, section));
      const text = fitSections(sections, limit, length);
      expect(text.length).toBeLessThanOrEqual(limit);
      const whole = sections.map((section) => section.head + section.rows.join('') + section.foot).join('');
      if (whole.length + 3 * sections.length <= limit) expect(text).toBe(whole);
    }),
  );
});
