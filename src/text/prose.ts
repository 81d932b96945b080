/**
 * A line that describes something in words: `description: e.g. v1.29`, `description = "…"`, `error_message = "…"`.
 * What it names as an example is deployed by nobody.
 */
const PROSE =
  /^([ \t]*(?:- )?["']?(?:description|summary|error_message|usage|help|example|placeholder)["']?[ \t]*[:=][ \t]*)(?![ \t|>])(?!<<)([^\r\n]+)/gim;

/** The text with one-line descriptions blanked out; every other character, and so every offset, stays. */
export function blankProse(text: string): string {
  return text.replace(PROSE, (_, name: string, words: string) => name + ' '.repeat(words.length));
}
