/** Runs a task when one of its places is free. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

/** A gate that lets so many tasks run at a time; the rest wait in the order they came. */
export function createGate(width: number): Gate {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
