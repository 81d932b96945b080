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
  readonly afterHop: () => Promise<string | null>;
  /** Takes away what it left in the cluster. Never throws. */
  readonly close: () => Promise<void>;
}
