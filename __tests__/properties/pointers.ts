import type { ScannedFile } from '../../src/check/scan.js';

interface Pointer {
  readonly what: string;
  readonly offset: number;
  /** The text that has to stand there. */
  readonly text: string;
  readonly location?: { readonly line: number; readonly column: number };
}

/**
 * What points at anything else than its own text in what was read from a file, one sentence each: offsets, lines and
 * columns, and whether the version that a detection names stands where its version offset is. A path may be folded over
 * several lines, so that of references only the offset counts.
 */
export function findWrongPointers(text: string, file: ScannedFile): string[] {
  const { found, templates, definitions, references, facts, skips } = file;
  const pointers: readonly Pointer[] = [
    ...found.map((each) => ({ ...each, what: `detection ${each.component}` })),
    ...templates.map((each) => ({ ...each, what: `template ${each.component}` })),
    ...definitions.map((each) => ({ ...each, what: `definition ${each.name}` })),
    ...references.map(({ target, offset }) => ({ what: `reference ${target}`, offset, text: '' })),
    ...facts.map((each) => ({ ...each, what: `fact ${each.kind}`, text: textOf(each) })),
  ];
  const lines = text.split('\n').length;
  return [
    ...pointers.flatMap((pointer) => describeWrong(text, pointer)),
    ...found.flatMap((each) =>
      standsThere(text, each) ? [] : [`${JSON.stringify(each)}: no such version there`],
    ),
    ...skips
      .filter(({ line }) => line < 0 || line > lines)
      .map((skip) => `${JSON.stringify(skip)}: no such line`),
  ];
}

function describeWrong(text: string, { what, offset, text: expected, location }: Pointer): string[] {
  if (!Number.isInteger(offset) || offset < 0 || offset > text.length) return [`${what} points to ${offset}`];
  const seen = text.slice(offset, offset + expected.length);
  if (seen !== expected)
    return [`${what} says ${JSON.stringify(expected)}, but points at ${JSON.stringify(seen)}`];
  if (location && offsetOf(text, location) !== offset) {
    return [`${what} at ${offset} is said to be at ${location.line}:${location.column}`];
  }
  return [];
}

/** Counts anew, as an editor does. */
export function offsetOf(
  text: string,
  { line, column }: { readonly line: number; readonly column: number },
): number {
  let start = 0;
  for (let number = 1; number < line; number++) {
    const newline = text.indexOf('\n', start);
    if (newline === -1) return -1;
    start = newline + 1;
  }
  const inLine = text.slice(start, start + column - 1);
  return inLine.includes('\n') || inLine.length < column - 1 ? -1 : start + column - 1;
}

function standsThere(text: string, { version, versionOffset }: ScannedFile['found'][number]): boolean {
  if (version === null) return versionOffset >= 0 && versionOffset <= text.length;
  const read = /^(?:[~^>=<]+\s*)?[vV]?0*(\d+)\.0*(\d+)/.exec(text.slice(versionOffset, versionOffset + 40));
  return Number(read?.[1]) === version.major && Number(read?.[2]) === version.minor;
}

/** Some facts point at an object as a whole, some at a name in it. */
function textOf(fact: ScannedFile['facts'][number]): string {
  return fact.kind === 'apply' && !fact.target.startsWith('chart ') ? fact.target : '';
}
