import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import { blankComments } from '../text/comments.js';
import { firstLine } from '../text/lines.js';
import { maskExpressions, maskTemplates } from '../text/mask.js';
import type { Span } from '../text/blank.js';
import type { YamlDocument, YamlEntry, YamlNode, YamlProblem, YamlScalar, YamlStream } from './node.js';

/** Collections nested deeper than this are not configuration that anybody writes. */
const MAX_DEPTH = 200;

/**
 * Reads a YAML stream document by document: one that cannot be read is a problem and does not hide the others.
 * Template expressions are masked; scalars carry the original text. Never throws.
 *
 * @param wanted chooses by its text which documents are worth parsing; all when left out
 * @param within reads only a stretch of the text, which may be indented as a whole
 */
export function parseYaml(text: string, wanted?: (document: string) => boolean, within?: Span): YamlStream {
  const documents: YamlDocument[] = [];
  const problems: YamlProblem[] = [];
  for (const [start, end] of within ? splitIndented(text, within) : splitDocuments(text)) {
    const part = text.slice(start, end);
    if (!firstLine(text, start, end) || (wanted && !wanted(part))) continue;
    const read = readDocuments(text, part, start);
    if (Array.isArray(read)) documents.push(...read);
    else problems.push(read);
  }
  return { documents, problems };
}

/** Tries the mildest masking first: a statement inside a block scalar is best left alone. */
function readDocuments(text: string, part: string, start: number): YamlDocument[] | YamlProblem {
  const json = readJsonTabs(part);
  const mild = maskExpressions(json);
  const attempts = [mild, joinClosingBrackets(mild), maskTemplates(json)];
  let problem: YamlProblem | null = null;
  for (const masked of new Set(attempts)) {
    try {
      return new DocumentReader(text, masked, start).read(parseEvents(masked, { maxDepth: MAX_DEPTH }));
    } catch (error) {
      problem ??= describeProblem(error, start, start + part.length);
    }
  }
  return problem ?? [];
}

/**
 * A closing bracket may stand at the indentation of its key in what people write, though not in YAML: it is moved up a
 * line by making the line break a space.
 */
function joinClosingBrackets(text: string): string {
  return blankComments(text, 'hash').replace(/\r?\n(?=[ \t]*[\]}]+,?[ \t]*(?:\r?\n|$))/g, (end) =>
    ' '.repeat(end.length),
  );
}

/** JSON may indent with tabs, which YAML forbids. */
function readJsonTabs(text: string): string {
  return /^\s*[{[]/.test(text) ? text.replaceAll('\t', ' ') : text;
}

/** The [start, end) of each document: `---` at the start of a line separates them. */
export function splitDocuments(text: string): Span[] {
  const bounds: Span[] = [];
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (const match of text.matchAll(/^---(?=[ \t\r\n]|$)/gm)) {
    if (match.index > start) bounds.push([start, match.index]);
    start = match.index;
  }
  bounds.push([start, text.length]);
  return bounds;
}

/** As {@link splitDocuments}; an indented `---` is no YAML, so it belongs to none of the documents. */
function splitIndented(text: string, [from, to]: Span): Span[] {
  const bounds: Span[] = [];
  let start = from;
  for (const match of text.slice(from, to).matchAll(/^[ \t]*---[ \t]*\r?$/gm)) {
    if (from + match.index > start) bounds.push([start, from + match.index]);
    start = from + match.index + match[0].length;
  }
  bounds.push([start, to]);
  return bounds;
}

function describeProblem(error: unknown, start: number, end: number): YamlProblem {
  if (error instanceof YAMLException) {
    return { start, end, at: Math.min(start + (error.mark?.position ?? 0), end), message: error.reason };
  }
  return {
    start,
    end,
    at: start,
    message: error instanceof RangeError ? 'nested too deeply' : 'not readable as YAML',
  };
}

class DocumentReader {
  private events: Event[] = [];
  private at = 0;
  private anchors = new Map<string, YamlNode>();
  private readonly text: string;
  private readonly part: string;
  private readonly base: number;

  constructor(text: string, part: string, base: number) {
    this.text = text;
    this.part = part;
    this.base = base;
  }

  read(events: Event[]): YamlDocument[] {
    this.events = events;
    const documents: YamlDocument[] = [];
    while (this.at < events.length) {
      const event = events[this.at++];
      if (event?.type !== EVENT_ID.DOCUMENT) continue;
      this.anchors = new Map();
      const root = this.readNode();
      if (root) documents.push({ start: this.base, end: this.base + this.part.length, root });
    }
    return documents;
  }

  /** The next node, or null at the end of a collection. */
  private readNode(): YamlNode | null {
    const event = this.events[this.at++];
    if (!event || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return null;
    if (event.type === EVENT_ID.ALIAS) {
      const name = this.part.slice(event.anchorStart, event.anchorEnd);
      return {
        kind: 'alias',
        start: this.base + event.anchorStart,
        name,
        target: this.anchors.get(name) ?? null,
      };
    }
    const node = this.readContent(event);
    if (event.anchorStart >= 0) this.anchors.set(this.part.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  private readContent(
    event: Exclude<Event, { type: typeof EVENT_ID.ALIAS | typeof EVENT_ID.POP | typeof EVENT_ID.DOCUMENT }>,
  ): YamlNode {
    if (event.type === EVENT_ID.SCALAR) return this.readScalar(event);
    const start = this.base + event.start;
    if (event.type === EVENT_ID.SEQUENCE) {
      const items: YamlNode[] = [];
      for (let item = this.readNode(); item; item = this.readNode()) items.push(item);
      return { kind: 'sequence', start, items };
    }
    const entries: YamlEntry[] = [];
    for (let key = this.readNode(); key; key = this.readNode()) {
      const value = this.readNode() ?? emptyScalar(start);
      entries.push({ key: key.kind === 'scalar' ? key : emptyScalar(key.start), value });
    }
    return { kind: 'map', start, entries };
  }

  private readScalar(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): YamlScalar {
    if (event.valueStart < 0) return emptyScalar(this.base);
    const block = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    const start = this.base + event.valueStart;
    const end = this.base + event.valueEnd;
    const raw = this.text.slice(start, end);
    const isMasked = raw !== this.part.slice(event.valueStart, event.valueEnd);
    const value = isMasked && !block ? raw : getScalarValue(this.part, event);
    const style = block ? 'block' : event.style === SCALAR_STYLE.PLAIN ? 'plain' : 'quoted';
    return { kind: 'scalar', value, start, end, style, isVerbatim: value === raw };
  }
}

function emptyScalar(start: number): YamlScalar {
  return { kind: 'scalar', value: '', start, end: start, style: 'plain', isVerbatim: true };
}
