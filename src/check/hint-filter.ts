/**
 * Makes a quick test of whether a text can match one of the hints: it lets some through that do not, and keeps none back
 * that does. Words are found many times quicker than expressions, and so are those without regard to case.
 *
 * @param hints regular expressions' sources, case-insensitive and by lines
 */
export function createHintFilter(hints: readonly string[]): (text: string) => boolean {
  const alternatives = [...new Set(hints.flatMap((hint) => alternativesOf(lowerCase(hint))))];
  const words = [...new Set(alternatives.flatMap((alternative) => wordOf(alternative) ?? []))].sort();
  const others = alternatives.filter((alternative) => wordOf(alternative) === null);
  const filters = [words.map((word) => word.replace(/[^\w-]/g, '\\$&')), others]
    .filter((sources) => sources.length > 0)
    .map((sources) => new RegExp(sources.join('|'), 'm'));
  return (text) => {
    const lower = text.toLowerCase();
    return filters.some((filter) => filter.test(lower));
  };
}

/** Shorter ones, such as `kube`, are in half of all files. */
const SHORTEST_WORD = 5;
/** One part of an expression: a group (of groups), a class, an escape, a repetition, a character. */
const PARTS = /\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|\[(?:[^\]\\]|\\.)*\]|\\.|\{\d*,?\d*\}|./gs;

function lowerCase(source: string): string {
  return source.replace(/\\.|[A-Z]/gs, (part) => (part.startsWith('\\') ? part : part.toLowerCase()));
}

function alternativesOf(source: string): string[] {
  const alternatives = [''];
  for (const [part] of source.matchAll(PARTS)) {
    if (part === '|') alternatives.push('');
    else alternatives.push(`${alternatives.pop() ?? ''}${part}`);
  }
  return alternatives;
}

/** The longest run of plain characters, which every text holds that the alternative matches. */
function wordOf(alternative: string): string | null {
  const runs = [''];
  for (const [part] of alternative.matchAll(PARTS)) {
    const run = runs.pop() ?? '';
    const plain = /^(?:\\([^A-Za-z0-9])|([^\\^$.+?*()[\]{}]))$/.exec(part);
    if (plain) runs.push(run + (plain[1] ?? plain[2] ?? ''));
    else if (/^[?*{]/.test(part)) runs.push(run.slice(0, -1), '');
    else runs.push(run, '');
  }
  const [longest = ''] = runs.sort((a, b) => b.length - a.length);
  return longest.length < SHORTEST_WORD ? null : longest;
}
