import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefreshError } from './errors.js';

/** A row of any table. */
export type Row = Readonly<Record<string, unknown>>;

/** A table that the refresh rebuilds. */
export interface Table {
  /** `releases.json` */
  readonly file: string;
  readonly rows: readonly object[];
  /** Names a row, for readers and to tell a changed row from a new one. */
  readonly nameOf: (row: Row) => string;
}

/** How a table differs from what is written. */
export interface TableChange {
  readonly file: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly fields: readonly string[] }[];
}

const LONGEST_VALUE = 100;

/**
 * Reads a table of the data folder; empty where the file is not there yet.
 * @throws RefreshError where the file is no JSON array
 */
export function readTable(folder: string, file: string): Row[] {
  const content = readJson(folder, file);
  if (content === null) return [];
  if (Array.isArray(content)) return content as Row[];
  throw new RefreshError(`${join(folder, file)} holds no list of rows.`, 'Restore it from version control.');
}

/**
 * Reads a JSON file of the data folder, or null where it is not there.
 * @throws RefreshError where it is no JSON
 */
export function readJson(folder: string, file: string): unknown {
  const path = join(folder, file);
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    throw new RefreshError(`${path} is not readable as JSON.`, 'Restore it from version control.', {
      cause: error,
    });
  }
}

/** One row a line, so that a diff shows rows. */
export function formatRows(rows: readonly object[]): string {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}

/** Writes a table as {@link formatRows} has it. */
export function writeTable(folder: string, table: Table): void {
  writeFileSync(join(folder, table.file), formatRows(table.rows));
}

/** What writing the table would change, by row; null where nothing would. */
export function compareTable(before: readonly Row[], table: Table): TableChange | null {
  const old = new Map(before.map((row) => [table.nameOf(row), row]));
  const rows = table.rows as readonly Row[];
  const names = new Set(rows.map(table.nameOf));
  const change = {
    file: table.file,
    added: rows.map(table.nameOf).filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !names.has(name)),
    changed: rows.flatMap((row) => {
      const fields = compareRows(old.get(table.nameOf(row)) ?? row, row);
      return fields.length > 0 ? [{ name: table.nameOf(row), fields }] : [];
    }),
  };
  return formatRows(before) === formatRows(rows) ? null : change;
}

function compareRows(before: Row, after: Row): string[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => `${field} ${show(before[field])} → ${show(after[field])}`);
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** The change as lines for a reader: counts, then `+` added, `-` removed, `~` changed with its fields. */
export function describeChange(change: TableChange): string[] {
  const { added, removed, changed } = change;
  const moved = added.length + removed.length + changed.length === 0;
  return [
    `${change.file}: ${added.length} added, ${removed.length} removed, ${changed.length} changed${moved ? ' (order or form only)' : ''}`,
    ...added.map((name) => `  + ${name}`),
    ...removed.map((name) => `  - ${name}`),
    ...changed.map(({ name, fields }) => `  ~ ${name}: ${fields.join('; ')}`),
  ];
}
