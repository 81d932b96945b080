import { findSpans, replaceSpans } from './blank.js';

/** How a file writes comments: `#` to the end of the line, `//` to the end of the line, or both. */
export type CommentStyle = 'hash' | 'slashes' | 'both' | 'none';

const SLASH_ENDINGS =
  /\.(?:groovy|jsonc|json5|cue|jsonnet|libsonnet|bicep|gradle|kts)$|(?:^|\/)Jenkinsfile[^/]*$/i;
const BOTH_ENDINGS = /\.(?:tf|tfvars|hcl|nomad|tofu)$/i;
const NO_COMMENTS = /\.(?:json|csv|txt)$/i;

/** The comment style of a file, told by its name. */
export function commentStyleOf(path: string): CommentStyle {
  if (BOTH_ENDINGS.test(path)) return 'both';
  if (SLASH_ENDINGS.test(path)) return 'slashes';
  return NO_COMMENTS.test(path) ? 'none' : 'hash';
}

/**
 * The text with comments blanked out; every other character, and so every offset, stays. Works line by line: a mark
 * counts at the start of a line or after white space, outside quotes.
 */
export function blankComments(text: string, style: CommentStyle): string {
  let result = text;
  result = blankBetween(result, '{{/*', '*/');
  result = blankBetween(result, '{{- /*', '*/');
  // ${#name} and ${name#prefix} are shell
  result = blankBetween(result, '{#', '#}', (before) => before !== '$');
  result = blankBetween(result, '<!--', '-->');
  if (style === 'none') return result;
  if (style !== 'hash')
    result = blankBetween(result, '/*', '*/', (before) => before === '' || /[\s,{[(]/.test(before));
  const marks = style === 'hash' ? ['#', ';'] : style === 'slashes' ? ['//'] : ['#', '//'];
  for (const mark of marks) result = blankLineComments(result, mark);
  return result;
}

function blankBetween(
  text: string,
  open: string,
  close: string,
  opensAfter?: (before: string) => boolean,
): string {
  if (!text.includes(open)) return text;
  const opens = opensAfter && ((at: number): boolean => opensAfter(text[at - 1] ?? ''));
  return replaceSpans(text, findSpans(text, open, close, opens));
}

function blankLineComments(text: string, mark: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = text.indexOf(mark); at !== -1;) {
    const start = text.lastIndexOf('\n', at) + 1;
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const comment = findComment(text.slice(start, end), mark);
    if (comment !== -1) {
      parts.push(text.slice(copied, start + comment), ' '.repeat(end - start - comment));
      copied = end;
    }
    at = text.indexOf(mark, end);
  }
  return copied === 0 ? text : parts.join('') + text.slice(copied);
}

/** Where the comment of a line starts, or -1. A quote opens after white space or punctuation, if it closes again. */
function findComment(line: string, mark: string): number {
  // INI files start a comment with a semicolon; anywhere else it separates commands
  if (mark === ';') return /^\s*;(?!;)/.test(line) ? line.indexOf(';') : -1;
  const last = { '"': line.lastIndexOf('"'), "'": line.lastIndexOf("'") };
  let quote: '"' | "'" | null = null;
  for (let index = 0; index < line.length; index++) {
    const char = line[index];
    if (char === '\\' && quote !== "'") index++;
    else if (
      quote === null &&
      line.startsWith(mark, index) &&
      (index === 0 || /[\s;]/.test(line[index - 1] ?? ''))
    )
      return index;
    else if (quote === null && (char === '"' || char === "'")) {
      const opens = index === 0 || /[\s=:,([{+]/.test(line[index - 1] ?? '');
      if (opens && last[char] > index) quote = char;
    } else if (char === quote) quote = null;
  }
  return -1;
}
