import type { Section } from '../fit.js';
import { escapeHtml } from '../markup.js';
import { fixed } from '../sections.js';
import { singleLine } from '../text.js';
import { type ByHand, byHandLines } from './by-hand.js';

const TITLE = 'By hand: what is not yet as the bundle has it';

/** What is to be done by hand, to be unfolded; nothing where nothing is. */
export function byHandSection(byHand: ByHand | null): Section {
  if (byHand === null) return fixed('');
  return {
    head: `\n<details><summary>${TITLE} (${countOf(byHand)})</summary>\n\n<pre>\n`,
    rows: linesOf(byHand).map((line) => `${escapeHtml(line)}\n`),
    more: (cut) => `… and ${cut} more lines; report.json has all\n`,
    foot: '</pre>\n\n</details>\n',
    rank: 3,
  };
}

/** The same for a page. */
export function byHandHtml(byHand: ByHand | null): string {
  if (byHand === null) return '';
  const text = linesOf(byHand).map(escapeHtml).join('\n');
  return `<section>\n<details>\n<summary>${TITLE} (${countOf(byHand)})</summary>\n<pre>${text}</pre>\n</details>\n</section>\n`;
}

/** The same for a terminal. */
export function renderByHand(byHand: ByHand | null): readonly string[] {
  return byHand === null ? [] : [TITLE, ...linesOf(byHand).map((line) => `  ${line}`)];
}

function countOf({ steps, more }: ByHand): number {
  return steps.length + more;
}

function linesOf(byHand: ByHand): readonly string[] {
  return byHandLines(byHand).map(singleLine);
}
