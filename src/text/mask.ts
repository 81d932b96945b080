import { blank, findSpans, replaceSpans, type Span } from './blank.js';

/** An expression longer than this is none: its braces belong to something else. */
const LONGEST_EXPRESSION = 2000;
/** Words that start a statement, which prints nothing that YAML would need, or prints whole lines. */
const STATEMENT =
  /^-?\s*(?:(?:if|else|end|range|with|define|template|block|include|tpl|break|continue|fail|toYaml|nindent)\b|\$\w+\s*:?=)/;

/**
 * The text with `{{ }}` expressions replaced by as many `T`, so that a YAML parser can read values that are templates;
 * every other character, and so every offset, stays.
 */
export function maskExpressions(text: string): string {
  if (!text.includes('{{')) return text;
  return replaceSpans(text, findExpressions(text), (expression) => 'T'.repeat(expression.length));
}

/** As {@link maskExpressions}, with statements and comments of the template language blanked out too. */
export function maskTemplates(text: string): string {
  let result = blankGoComments(text);
  for (const [open, close] of [
    ['{%', '%}'],
    ['{#', '#}'],
    ['<%', '%>'],
  ] as const) {
    result = replaceSpans(
      result,
      findSpans(result, open, close, (at) => result[at - 1] !== '$'),
    );
  }
  return maskExpressions(blankStatementLines(result));
}

/** Go's comments run over several lines. */
function blankGoComments(text: string): string {
  let result = text;
  for (const open of ['{{/*', '{{- /*']) {
    const spans = findSpans(result, open, '*/').map(([start, end]): Span => [
      start,
      endOfComment(result, end),
    ]);
    result = replaceSpans(result, spans);
  }
  return result;
}

function endOfComment(text: string, from: number): number {
  const rest = /^\s*-?\}\}/.exec(text.slice(from, from + 20));
  return from + (rest?.[0].length ?? 0);
}

function findExpressions(text: string): Span[] {
  const spans: Span[] = [];
  let closing = -1;
  for (let at = text.indexOf('{{'); at !== -1; at = text.indexOf('{{', at)) {
    if (closing < at + 2) closing = text.indexOf('}}', at + 2);
    if (closing === -1) break;
    if (closing - at > LONGEST_EXPRESSION) {
      at += 1;
      continue;
    }
    spans.push([text[at - 1] === '$' ? at - 1 : at, closing + 2]);
    at = closing + 2;
  }
  return spans;
}

/** Blanks out the lines that hold nothing but statements: `{{- if .x }}`, `{{ end }}`, `%{ if a }`, `${all_of_it}`. */
function blankStatementLines(text: string): string {
  if (!text.includes('{')) return text;
  return text
    .split('\n')
    .map((line) => (isStatementLine(line.trim()) ? blank(line) : line))
    .join('\n');
}

function isStatementLine(line: string): boolean {
  if (!line.endsWith('}')) return false;
  if (line.startsWith('{{')) return consistsOf(line, '{{', '}}', (inner) => STATEMENT.test(inner));
  if (line.startsWith('%{')) return consistsOf(line, '%{', '}', () => true);
  return line.startsWith('${') && !line.startsWith('${{') && consistsOf(line, '${', '}', () => true);
}

/** Whether the line is one expression after another, each of them accepted. */
function consistsOf(line: string, open: string, close: string, accepts: (inner: string) => boolean): boolean {
  let end = 0;
  for (const [start, next] of findSpans(line, open, close)) {
    if (
      line.slice(end, start).trim() !== '' ||
      !accepts(line.slice(start + open.length, next - close.length))
    )
      return false;
    end = next;
  }
  return line.slice(end).trim() === '';
}
