/** A place in a file, 1-based; columns count UTF-16 code units. */
export interface Location {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Turns offsets into lines and columns. */
export interface LineIndex {
  readonly locate: (offset: number) => { readonly line: number; readonly column: number };
  /** Offset of the first character of a 1-based line; the text's length past the last line. */
  readonly startOf: (line: number) => number;
  readonly count: number;
}

/** Indexes the lines of a text; `\n` and `\r\n` end a line. */
export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    count: starts.length,
    startOf: (line) => starts[line - 1] ?? text.length,
    locate(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}

/** A line without the white space around it, and how much of that stands before it. */
export interface Line {
  readonly content: string;
  readonly indent: number;
}

/** The first line of a stretch of text that is neither blank nor a `#` comment nor a `---` marker, or null. */
export function firstLine(text: string, from = 0, to = text.length): Line | null {
  for (let start = from; start < to;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 || newline > to ? to : newline;
    const line = text.slice(start, end);
    const content = line.trim();
    if (content !== '' && !content.startsWith('#') && !/^---(?:\s|$)/.test(content)) {
      return { content, indent: line.length - line.trimStart().length };
    }
    start = end + 1;
  }
  return null;
}
