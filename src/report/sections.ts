import type { Section } from './fit.js';

/** Text that is never cut. */
export function fixed(text: string): Section {
  return { head: text, rows: [], more: () => '', foot: '', rank: 0 };
}

/** Rows below a heading that counts them, none where it is empty; nothing at all without rows. */
export function list(title: string, rank: number, rows: readonly string[]): Section {
  if (rows.length === 0) return fixed('');
  const head = title === '' ? '\n' : `\n### ${title} (${rows.length})\n\n`;
  return { head, rows, more: (cut) => `\n_… and ${cut} more; report.json lists all._\n`, foot: '', rank };
}

/** The section to be unfolded by a click. */
export function fold(section: Section): Section {
  if (section.rows.length === 0) return section;
  return {
    ...section,
    head: `\n<details><summary>${section.head.replaceAll('#', '').trim()}</summary>\n\n`,
    foot: '\n</details>\n',
  };
}

/** Whether there is anything in it. */
export function hasText({ head, rows }: Section): boolean {
  return head !== '' || rows.length > 0;
}
