/** Requests at a time: enough to keep a connection busy, few enough not to be throttled. */
const WIDTH = 8;

/** Runs something for each item, a few at a time; results in the order of the items. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += WIDTH) {
    results.push(...(await Promise.all(items.slice(at, at + WIDTH).map((item) => run(item)))));
  }
  return results;
}
