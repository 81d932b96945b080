import type { Step } from './step.js';

/**
 * Looks whether traffic flows while nodes change. Each call gives null where it does, and why not otherwise; the stage that
 * it is called in fails then.
 */
export interface TrafficCheck {
  /** Before the first write. */
  readonly baseline: () => Promise<string | null>;
  /** Is told of each step before it begins. */
  readonly beforeStep?: (step: Pick<Step, 'stage' | 'title' | 'wave'>) => void;
  /** After a wave's pods are ready. @param nodes those of the wave; empty where an operator chose them */
  readonly afterWave: (nodes: readonly string[]) => Promise<string | null>;
  /** How long `afterWave` takes where traffic does not flow, in ms, once the baseline is known; a minute where nothing is said. */
  readonly afterWaveMs?: () => number;
  readonly afterHop: () => Promise<string | null>;
  /** Takes away what it left in the cluster. Never throws. */
  readonly close: () => Promise<void>;
}

/** Looks at the network before and after a rollback, which nothing that it sees stops. */
export interface TrafficAround {
  /** Before the first write; soon over. @param signal aborted where the run is told to stop, or lost the lock */
  readonly before: (signal: AbortSignal) => Promise<void>;
  /** After the last. @param isDone whether the rollback came to its end: then it may take its time */
  readonly after: (signal: AbortSignal, isDone: boolean) => Promise<void>;
  /** Takes away what it left in the cluster. Never throws. */
  readonly close: () => Promise<void>;
}
