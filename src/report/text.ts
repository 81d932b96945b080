import type { Place } from './report.js';

const PLAIN = /^[ -~]*$/;
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Characters that reorder what a reader sees, or that are no character at all. */
const UNSEEN = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;
const CONTROL = /\p{Cc}/gu;
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** The text on one line, fit to be shown: line breaks become spaces, escape sequences and control characters visible signs. */
export function singleLine(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(BREAKS, ' ')
    .replace(CONTROL, (character) => controlPicture(character.charCodeAt(0)))
    .replace(UNSEEN, '\ufffd');
}

function controlPicture(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** The text cut to at most so many characters (UTF-16 code units), with `…` where something is gone. */
export function clip(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cut = text.slice(0, Math.max(0, maxLength - 1));
  return `${cut.replace(/[\ud800-\udbff]$/, '')}…`;
}

/** How many columns of a terminal the text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text cut to so many columns of a terminal, with `…` for what is gone: the end of it, or the start. */
export function clipToWidth(text: string, width: number, gone: 'start' | 'end'): string {
  // Not even what takes no width: it would keep the gap before it
  if (width < 1) return '';
  if (displayWidth(text) <= width) return text;
  const characters = gone === 'end' ? Array.from(text) : Array.from(text).reverse();
  const kept: string[] = [];
  let used = 1;
  for (const character of characters) {
    used += characterWidth(character);
    if (used > width) break;
    kept.push(character);
  }
  return gone === 'end' ? `${kept.join('')}…` : `…${kept.reverse().join('')}`;
}

function characterWidth(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  return NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** `path:line:column` as editors and terminals open it; without the line where the whole file is meant. */
export function formatPlace(place: Place & { readonly column?: number }): string {
  if (place.path === '') return 'live cluster';
  if (place.line < 1) return singleLine(place.path);
  const column = place.column === undefined || place.column < 1 ? '' : `:${place.column}`;
  return `${singleLine(place.path)}:${place.line}${column}`;
}

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
