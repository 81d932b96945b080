/** Longest text that a pattern with a repetition inside a repetition is tried on: such patterns may backtrack without end. */
const LONGEST_FOR_NESTED = 16;
const LONGEST = 4096;
const NESTED = /[+*}]\)?\)[+*{]/;

const compiled = new Map<string, RegExp | null>();

/** Whether a text matches a pattern of a CRD (Go's syntax); null where that cannot be told. */
export function checkPattern(text: string, pattern: string): boolean | null {
  if (text.length > (NESTED.test(pattern) ? LONGEST_FOR_NESTED : LONGEST)) return null;
  const known = compiled.get(pattern);
  const expression = known === undefined ? compile(pattern) : known;
  compiled.set(pattern, expression);
  return expression ? expression.test(text) : null;
}

/** Go writes “ignore case” inside the pattern, and then only at its start. */
function compile(pattern: string): RegExp | null {
  const source = pattern.replace('^(?i)', '^').replace(/^\(\?i\)/, '');
  try {
    return new RegExp(source, source === pattern ? 'u' : 'iu');
  } catch {
    return compileLoosely(source, source !== pattern);
  }
}

/** Go takes escapes that the strict form of JavaScript refuses (`\-`). */
function compileLoosely(source: string, ignoresCase: boolean): RegExp | null {
  try {
    return new RegExp(source, ignoresCase ? 'i' : '');
  } catch {
    return null;
  }
}
