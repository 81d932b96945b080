/** A run in this hour begins where the one in the hour before went on to. */
const HOUR = Math.floor(Date.now() / 3_600_000);

/**
 * So many of many cases that take long, another share each hour, so that all have their turn. With ALL_TURNS=1 all are
 * played.
 */
export function inTurn<Case>(all: readonly Case[], count: number): readonly Case[] {
  if (process.env['ALL_TURNS'] === '1' || count >= all.length) return all;
  const first = (HOUR * count) % all.length;
  return [...all, ...all].slice(first, first + count);
}
