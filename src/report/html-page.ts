import { HTML_STYLE, HTML_STYLE_HASH } from './html-style.js';
import { webAddress } from './markdown.js';
import { escapeHtml } from './markup.js';

/** What a page says. */
export interface Page {
  readonly title: string;
  readonly verdict: string;
  readonly isFailure: boolean;
  /** HTML. */
  readonly body: string;
}

/** An HTML page that loads nothing and runs nothing. */
export function renderPage({ title, verdict, isFailure, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${HTML_STYLE_HASH}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="verdict${isFailure ? ' failure' : ''}">${escapeHtml(verdict)}</p>
${body}</main>
</body>
</html>
`;
}

/** A table with a caption and column headings; `rows` holds cells of HTML, of which the first heads its row. Nothing without rows. */
export function table(
  title: string,
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return '';
  const head = headings.map((heading) => `<th scope="col">${heading}</th>`).join('');
  const body = rows.map(
    ([first = '', ...cells]) =>
      `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<section>
<h2>${title}</h2>
<table>
<caption>${escapeHtml(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</section>
`;
}

/** A link to the page that says so; nothing where it is no web address. */
export function sourceLink(source: string | null): string {
  const address = webAddress(source);
  return address === null ? '' : ` <a href="${escapeHtml(address)}" rel="noopener noreferrer">Source</a>`;
}
