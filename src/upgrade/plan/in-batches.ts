/** Requests at a time: enough to keep a connection busy, few enough not to be throttled. */
const WIDTH = 8;

/**
 * Runs something for each item, a few at a time; results in the order of the items. Where one fails, no other is begun,
 * and those under way still end before it throws: no request outlives who asked for it.
 */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
  width = WIDTH,
): Promise<readonly Result[]> {
  const results = new Array<Result>(items.length);
  const failures: unknown[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < items.length && failures.length === 0) {
      const at = next++;
      try {
        results[at] = await run(items[at] as Item);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
