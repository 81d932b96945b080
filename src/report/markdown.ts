import type { Place } from './report.js';
import { clip, formatPlace, singleLine } from './text.js';

const LONGEST_TEXT = 1000;
const SPECIAL = /[&<>"'`|*_~\\[\]$#]/g;
/** A zero-width space: keeps `@name` from pinging somebody and `#1` from linking to an issue. */
const BREAK = '\u200b';

/** The text as it is, whatever it holds, inside a line or a table cell of GitHub's Markdown; clipped where it is very long. */
export function escapeMarkdown(text: string): string {
  return clip(singleLine(text), LONGEST_TEXT)
    .replace(/@(?=[\w-])/g, `@${BREAK}`)
    .replace(/#(?=\d)/g, `#${BREAK}`)
    .replace(/\b(GH-)(?=\d)/gi, `$1${BREAK}`)
    .replace(SPECIAL, (character) => `&#${character.charCodeAt(0)};`);
}

/** The text in a monospaced font, escaped. */
export function code(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

/** A link; `label` is Markdown already. The bare label where the target is no https or http address. */
export function link(label: string, target: string | null): string {
  const address = webAddress(target);
  if (address === null) return label;
  return `[${label}](${address.replace(/[()<>|`"'\\]/g, percent).replaceAll('&', '&amp;')})`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** The normal form of an https or http address; null for anything else, `javascript:` included. */
export function webAddress(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}

/** A place as `path:line`, linked to the line where the address of the files at this commit (`…/blob/<sha>`) is known. */
export function placeLink(place: Place, blobUrl: string | null): string {
  const label = code(formatPlace({ path: place.path, line: place.line }));
  if (blobUrl === null || place.path === '') return label;
  const anchor = place.line < 1 ? '' : `#L${place.line}`;
  return link(label, `${blobUrl}/${encodePath(place.path)}${anchor}`);
}

/** A path as part of an address: everything but `/` percent-encoded that has to be. */
export function encodePath(path: string): string {
  return path
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}
