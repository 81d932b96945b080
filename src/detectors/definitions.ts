import type { Span } from '../text/blank.js';

const KIND = /^(?<indent>[ \t]*)["']?kind["']?:[ \t]*["']?CustomResourceDefinition\b/gm;

/**
 * Where a file's custom resource definitions stand, those in Lists and block scalars too. They deploy no version,
 * whatever their descriptions name.
 */
export function findDefinitions(text: string): Span[] {
  if (!text.includes('CustomResourceDefinition')) return [];
  const spans: Span[] = [];
  let last = 0;
  for (const match of text.matchAll(KIND)) {
    if (match.index < last) continue;
    const span = objectAround(text, match.index, match.groups?.['indent']?.length ?? 0, last);
    last = span[1];
    spans.push(span);
  }
  return spans;
}

/** The lines around one that are indented at least as deep, between two `---`. Nothing before `floor` is looked at. */
function objectAround(text: string, at: number, indent: number, floor: number): Span {
  let start = at;
  while (start > floor) {
    const previous = start < 2 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
    if (previous < floor || !belongs(text.slice(previous, start), indent)) break;
    start = previous;
  }
  let end = at;
  while (end < text.length) {
    const newline = text.indexOf('\n', end);
    const next = newline === -1 ? text.length : newline + 1;
    if (!belongs(text.slice(end, next), indent)) break;
    end = next;
  }
  return [start, end];
}

function belongs(line: string, indent: number): boolean {
  const content = line.trimStart();
  return content === '' || (line.length - content.length >= indent && !/^---(?:\s|$)/.test(content));
}
