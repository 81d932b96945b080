/** Requests at a time: enough to keep a connection busy, few enough not to be throttled. */
const WIDTH = 8;

/**
 * Runs something for each item, a few at a time; results in the order of the items. Where one fails, those that were
 * begun with it still end before it throws: no request outlives who asked for it.
 */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += WIDTH) {
    const begun = items.slice(at, at + WIDTH).map((item) => run(item));
    await Promise.allSettled(begun);
    results.push(...(await Promise.all(begun)));
  }
  return results;
}
