/** A part of a text that may not grow beyond a limit: a frame, and rows that may be cut from the end. */
export interface Section {
  readonly head: string;
  readonly rows: readonly string[];
  /** What stands in the place of rows that are cut. */
  readonly more: (cut: number) => string;
  readonly foot: string;
  /** Sections of a lower rank get room for their rows first. */
  readonly rank: number;
}

/** The size of a text in the unit of the limit. */
export type Measure = (text: string) => number;

/** Joins sections; where they are too large, rows are cut from the end of each, from the highest rank down. */
export function fitSections(sections: readonly Section[], limit: number, measure: Measure): string {
  let used = sections.reduce((sum, section) => sum + frameSize(section, measure), 0);
  const kept = new Map<Section, number>();
  for (const section of [...sections].sort((a, b) => a.rank - b.rank)) {
    let rows = 0;
    for (const row of section.rows) {
      const size = measure(row);
      if (used + size > limit) break;
      used += size;
      rows += 1;
    }
    kept.set(section, rows);
  }
  return sections.map((section) => joinSection(section, kept.get(section) ?? 0)).join('');
}

function frameSize(section: Section, measure: Measure): number {
  const more = section.rows.length === 0 ? '' : section.more(section.rows.length);
  return measure(section.head) + measure(more) + measure(section.foot);
}

function joinSection(section: Section, kept: number): string {
  const cut = section.rows.length - kept;
  return (
    section.head + section.rows.slice(0, kept).join('') + (cut > 0 ? section.more(cut) : '') + section.foot
  );
}
