/**
 * Runs something for each item, a few at a time, as fast as the items come; none is kept. Where one fails no other is
 * begun, and what it threw is thrown once those that were begun are done.
 */
export async function eachInParallel<Item>(
  items: AsyncIterable<Item>,
  width: number,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const failures: unknown[] = [];
  async function work(): Promise<void> {
    while (failures.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return;
      await run(next.value);
    }
  }
  await Promise.all(
    Array.from({ length: width }, () => work().catch((error: unknown) => void failures.push(error))),
  );
  await iterator.return?.();
  if (failures.length > 0) throw failures[0];
}
