const TOKEN =
  /<\?xml [^?>]*\?>|<!doctype html>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|[^<]+/gy;
const VOID = new Set(['meta']);
const ENTITY = /&(?!(?:amp|lt|gt|quot|#39);)/;

/**
 * The names of a document's elements, in their order. Strict: throws for an element that is not closed, a stray `<` or
 * `&`, and a character that XML does not allow.
 */
export function readElements(markup: string): readonly string[] {
  if (/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(markup))
    throw new Error('a character that is none');
  const names: string[] = [];
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < markup.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(markup);
    if (token === null) throw new Error(`a stray < at ${markup.slice(at, at + 40)}`);
    const [text, slash, name, attributes, selfClosing] = token;
    if (
      ENTITY.test(attributes ?? '') ||
      (name === undefined && open.at(-1) !== 'style' && ENTITY.test(text))
    ) {
      throw new Error(`a stray & in ${text}`);
    }
    if (name === undefined) continue;
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`${text} closes another element`);
    } else {
      names.push(name);
      if (selfClosing !== '/' && !VOID.has(name)) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`${open.join(' ')} not closed`);
  return names;
}
