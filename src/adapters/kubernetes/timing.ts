import { setTimeout as sleep } from 'node:timers/promises';

/** Time and chance, for tests to take the place of. */
export interface ClusterTiming {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ends early, without a word, when the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** The clock of this machine. */
export const REAL_TIMING: ClusterTiming = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  },
  random: () => Math.random(),
};
