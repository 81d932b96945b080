/** What stands between the braces of an expression: no other braces but a few that are closed again. */
const INNER = String.raw`[^{}\n]*(?:\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*){0,2}\}[^{}\n]*){0,3}`;

/**
 * Template expressions of the languages that configuration files are generated with, as a regular expression's
 * source: GitHub `${{ }}`, Go and Jinja `{{ }}`, shell, Make, Terraform and Ruby `${}` `$()` `$X` `#{}`, ERB `<% %>`,
 * batch `%X%`, placeholders `<version>`, `@VERSION@`. No alternative starts with a word character or can end inside a
 * word, so that it can stand beside `\w` in a repetition without ambiguity.
 */
export const TEMPLATE_PATTERN = String.raw`\$?\$?\{\{${INNER}\}\}|(?:\$?\$|#)\{(?!\{)${INNER}\}|\$\$?\([\w.-]+\)|\$\$?[A-Za-z_]\w*(?!\w)|<%[^%\n]*%>|%[A-Za-z_]\w*%|<[A-Za-z][\w -]*>|@@[A-Z_]+@@|@[A-Z_]+@`;

const TEMPLATE = new RegExp(TEMPLATE_PATTERN);
const TEMPLATE_AT = new RegExp(TEMPLATE_PATTERN, 'y');
const TEMPLATE_STARTS = '$#{<%@';

/**
 * Reads values made of words and template expressions in any order, as far as they go from a place in a text; empty
 * where there is none. That is quicker than one expression for both: those of templates are dear to compile.
 *
 * @param word what a value is made of beside templates, as a regular expression's source
 */
export function createValueReader(word: string): (text: string, offset: number) => string {
  const words = new RegExp(`(?:${word})+`, 'y');
  return (text, offset) => {
    let end = offset;
    for (;;) {
      const afterWords = endOfMatch(words, text, end);
      const next = TEMPLATE_STARTS.includes(text.charAt(afterWords) || ' ')
        ? endOfMatch(TEMPLATE_AT, text, afterWords)
        : afterWords;
      if (next === end) return text.slice(offset, end);
      end = next;
    }
  };
}

/** Where a sticky expression's match at that place ends; the place itself where there is none. */
function endOfMatch(sticky: RegExp, text: string, offset: number): number {
  sticky.lastIndex = offset;
  return sticky.test(text) ? sticky.lastIndex : offset;
}
const TEMPLATES = new RegExp(TEMPLATE_PATTERN, 'g');

/** Whether the text holds a template expression. */
export function hasTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

/** A variable that a template expression reads. */
export interface TemplateVariable {
  /** Its full name as written: `calico_version`, `.Values.calico.tag`, `matrix.image`. */
  readonly name: string;
  /** The value that the expression falls back to, where it is a literal, and where it stands in the expression. */
  readonly fallback: { readonly text: string; readonly offset: number } | null;
}

const NOT_VARIABLES: ReadonlySet<string> = new Set(
  `default if else not or and is in defined true false none nil null quote squote trim trimPrefix trimSuffix trimAll replace
   regex_replace regex_search string lower upper toString printf print tpl join coalesce required get lookup format fromJSON
   startsWith contains bool int float split first last dict2items list include with end range index user`
    .split(/\s+/)
    .filter(Boolean),
);

/** Text longer than this is no value. */
const LONGEST_VALUE = 500;

/** The variables that the template expressions in a value read, in order; none where the text is too long for a value. */
export function templateVariables(text: string): TemplateVariable[] {
  if (text.length > LONGEST_VALUE) return [];
  return [...text.matchAll(TEMPLATES)].flatMap((match) => readExpression(match[0], match.index));
}

/** `${NAME}`, `${NAME:-fallback}`, `${NAME#v}`, `${1:-fallback}`: what follows the name is not read as names. */
const SHELL = /^[$#]?\$?\{[!#]?([A-Za-z_]\w*|\d)(?:\[\w*\])?(?:(:?[-=?])(.*)|[^\w.(].*)?\}$/ds;

function readExpression(expression: string, start: number): TemplateVariable[] {
  const shell = expression.startsWith('#') ? null : SHELL.exec(expression);
  return shell ? readShell(shell, start) : readCode(expression, start);
}

function readShell(shell: RegExpExecArray, start: number): TemplateVariable[] {
  const [, word = '', operator = '', rest] = shell;
  const name = /^\d/.test(word) ? `$${word}` : word;
  const at = shell.indices?.[3]?.[0];
  if (rest === undefined || at === undefined || operator.endsWith('?')) return [{ name, fallback: null }];
  return [
    { name, fallback: unquote(rest, start + at) },
    ...templateVariables(rest).map(({ name }) => ({ name, fallback: null })),
  ];
}

const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/gs;
const NAME = /(?<![\w.)\]-])\$?(\.?[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)(?![\w.-])(?!\()/g;
const FALLBACK =
  /(?:(?:\bdefault\b|\|\|)[ \t]*\(?[ \t]*|\b(?:or|coalesce)\b[^"'`\\]*)\\?(["'`])([^"'`\\]*)\\?\1/d;

/** Go, Jinja, GitHub, Packer and Terraform expressions. */
function readCode(expression: string, start: number): TemplateVariable[] {
  const found = FALLBACK.exec(expression);
  const at = found?.indices?.[2]?.[0];
  const fallback = at === undefined ? null : { text: found?.[2] ?? '', offset: start + at };
  // Packer names its variables in back quotes: {{ user `kubernetes_semver` }}
  const packer = [...expression.matchAll(/\buser[ \t]+\\?[`"](\w+)/g)].map((match) => match[1] ?? '');
  const bare = expression.replace(STRING, (quoted) => ' '.repeat(quoted.length));
  const names = packer.length > 0 ? packer : [...bare.matchAll(NAME)].map((match) => match[1] ?? '');
  return names
    .filter((name) => !NOT_VARIABLES.has(name))
    .map((name, index) => ({ name, fallback: index === 0 ? fallback : null }));
}

function unquote(text: string, offset: number): { text: string; offset: number } {
  const trimmed = text.trim();
  const quote = trimmed[0];
  const isQuoted = trimmed.length > 1 && (quote === '"' || quote === "'") && trimmed.endsWith(quote);
  const value = isQuoted ? trimmed.slice(1, -1) : trimmed;
  return { text: value, offset: offset + text.indexOf(trimmed) + (isQuoted ? 1 : 0) };
}
