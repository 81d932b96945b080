/** Runs a task for every item, some at a time, and gives the results in the order of the items. Stops at the first error. */
export async function concurrently<Item, Result>(
  items: Iterable<Item>,
  width: number,
  run: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items[Symbol.iterator]();
  let count = 0;
  async function work(): Promise<void> {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const index = count++;
      results[index] = await run(next.value, index);
    }
  }
  await Promise.all(Array.from({ length: width }, work));
  return results;
}
