/** The text with every character made a space; line breaks stay, and so does every offset after it. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]+/g, (run) => ' '.repeat(run.length));
}

/** Where a stretch of text starts and ends, the end left out. */
export type Span = readonly [start: number, end: number];

/**
 * The stretches from an opening mark to the closing mark that comes next, marks included. An opening mark that is never
 * closed opens nothing.
 *
 * @param opens tells from its offset whether a mark really opens; all do when left out
 */
export function findSpans(
  text: string,
  open: string,
  close: string,
  opens?: (offset: number) => boolean,
): Span[] {
  const spans: Span[] = [];
  let closing = -1;
  for (let at = text.indexOf(open); at !== -1; at = text.indexOf(open, at)) {
    const inside = at + open.length;
    if (opens && !opens(at)) {
      at = inside;
      continue;
    }
    if (closing < inside) closing = text.indexOf(close, inside);
    if (closing === -1) break;
    spans.push([at, closing + close.length]);
    at = closing + close.length;
  }
  return spans;
}

/** The text with the spans replaced, each by as many characters as it has. */
export function replaceSpans(
  text: string,
  spans: readonly Span[],
  replace: (part: string) => string = blank,
): string {
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let copied = 0;
  for (const [start, end] of spans) {
    parts.push(text.slice(copied, start), replace(text.slice(start, end)));
    copied = end;
  }
  return parts.join('') + text.slice(copied);
}
