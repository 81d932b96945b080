/** The style of `report.html`; light or dark as the reader's system is, and plain on paper. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --error: #b42318; --warning: #8a5a00; --notice: #0a58ca; --good: #18703a; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #161b22; --error: #ff7b72; --warning: #e3b341; --notice: #79c0ff; --good: #56d364; } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; }
caption { font-weight: 600; padding: .5rem 0; text-align: left; }
th, td { border: 1px solid var(--line); overflow-wrap: anywhere; padding: .4rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--soft); overflow-wrap: normal; }
code { font: .9em ui-monospace, monospace; }
p { margin: .2rem 0; }
a { color: inherit; }
.verdict { border-left: .4rem solid var(--good); background: var(--soft); font-weight: 600; padding: .6rem 1rem; }
.verdict.failure { border-color: var(--error); }
.error, .broken, .untested { color: var(--error); font-weight: 600; }
.warning, .unknown { color: var(--warning); font-weight: 600; }
.notice { color: var(--notice); font-weight: 600; }
.tested { color: var(--good); font-weight: 600; }
pre { background: var(--soft); font: .9em ui-monospace, monospace; overflow-x: auto; padding: .6rem; }
rect.done { fill: var(--good); }
rect.failed, rect.interrupted { fill: var(--error); }
@media print { body { max-width: none; padding: 0; } tr { break-inside: avoid; } thead { display: table-header-group; } }
`;

/** By which the page's policy lets this style in; a test holds the two together. */
export const HTML_STYLE_HASH = 'sha256-/CppxcQgqhOUuKDuLv/ScFD3l8zay7VKCsa1jIUz2YY=';
