import { singleLine } from './text.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Characters that XML 1.0 allows nowhere, not even as references; and `\r`, which its readers make `\n` of. */
const NOT_XML = /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Text for an HTML element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return escapeEntities(singleLine(text));
}

/** Text for an XML element or a quoted attribute; characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  return escapeEntities(text.replace(NOT_XML, ''));
}

function escapeEntities(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
