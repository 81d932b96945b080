import { setTimeout as sleep } from 'node:timers/promises';

/** The first value that `look` gives; until then it gives null, or throws what is still wrong. */
export async function eventually<T>(look: () => Promise<T | null>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const value = await look();
      if (value !== null) return value;
      if (Date.now() > deadline) throw new Error(`Nothing within ${timeoutMs / 1000} s`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(100);
  }
}
