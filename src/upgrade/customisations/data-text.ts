import { isFields } from '../../cluster/fields.js';

/**
 * Values of ConfigMaps that are JSON but for placeholders outside of quotes (`"mtu": __CNI_MTU__`), which install-cni
 * fills in. A mark keeps such placeholders apart from those in quotes.
 */
const MARK = '\u0000';
const BARE_PLACEHOLDER = /(?<=[[:,]\s*)__[A-Z0-9_]+__(?=\s*[,}\]])/g;
const MARKED = new RegExp(`"\\\\u0000(__[A-Z0-9_]+__)"`, 'g');

/** The JSON in a value; null where it is a plain text, a number or a word. */
export function parseData(text: unknown): unknown {
  if (typeof text !== 'string' || !/^\s*[{[]/.test(text)) return null;
  try {
    return JSON.parse(text.replace(BARE_PLACEHOLDER, (name) => `"\\u0000${name}"`)) as unknown;
  } catch {
    return null;
  }
}

/** The value of a JSON that `parseData` read, placeholders as they were. */
export function renderData(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(MARKED, (_, name: string) => name);
}

/** A part of such a JSON as it is shown: placeholders without their mark. */
export function showData(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? value.slice(MARK.length) : value;
  if (Array.isArray(value)) return value.map(showData);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, showData(field)]));
}
