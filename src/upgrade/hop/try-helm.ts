import { PassingError } from '../../errors.js';
import type { Run } from '../engine/run-steps.js';

/** Before each further try. */
const WAITS_MS = [2_000, 8_000] as const;

/**
 * Tells Helm again where it failed for what may pass: all is as its chart says by then, and going back for its record alone
 * would change every node once more.
 *
 * @param tell writes the journal first, which waits for an API server that is away
 * @throws what the last try threw
 */
export async function tryHelm<Result>(
  tell: () => Promise<Result>,
  { signal, sleep, onProgress }: Pick<Run, 'signal' | 'sleep' | 'onProgress'>,
): Promise<Result> {
  for (const waitMs of WAITS_MS) {
    try {
      return await tell();
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      onProgress(`${error.message} It is tried again in ${waitMs / 1000} s.`);
      await sleep(waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
  return tell();
}
