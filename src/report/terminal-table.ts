import { clipToWidth, displayWidth } from './text.js';

/** A column: its heading, and which end of a cell gives way where the line is too narrow. */
export interface Column {
  readonly heading: string;
  readonly gone: 'start' | 'end';
  /** Columns that shrink give up width, the widest first; the others stay as they are. */
  readonly shrinks: boolean;
}

const GAP = '  ';
const NARROWEST = 8;

/** Lays cells out in aligned columns, heading first, no line wider than `width`; `paint` colours a padded cell. */
export function layTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: (cell: string, column: number, row: number) => string,
): readonly string[] {
  const lines = [columns.map((column) => column.heading), ...rows];
  const widths = shrink(columns, naturalWidths(lines), width - GAP.length * (columns.length - 1));
  return lines.map((cells, row) => {
    let room = width;
    const painted = cells.map((cell, index) => {
      const column = columns[index];
      const columnWidth = Math.max(0, Math.min(widths[index] ?? 0, room));
      room -= columnWidth + GAP.length;
      const text = clipToWidth(cell, columnWidth, column?.gone ?? 'end');
      const isLast = index === cells.length - 1;
      const padding = isLast ? '' : ' '.repeat(columnWidth - displayWidth(text));
      return paint(text, index, row - 1) + padding;
    });
    return painted.join(GAP).trimEnd();
  });
}

function naturalWidths(lines: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const cells of lines) {
    cells.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
    });
  }
  return widths;
}

function shrink(columns: readonly Column[], widths: readonly number[], room: number): readonly number[] {
  const result = [...widths];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const index = widestOf(columns, result);
    if (index === -1) return result;
    result[index] = (result[index] ?? 0) - 1;
    excess -= 1;
  }
  return result;
}

function widestOf(columns: readonly Column[], widths: readonly number[]): number {
  let widest = -1;
  widths.forEach((width, index) => {
    if (!columns[index]?.shrinks || width <= NARROWEST) return;
    if (widest === -1 || width > (widths[widest] ?? 0)) widest = index;
  });
  return widest;
}
