import { attributeGaps } from './attribute-gaps.js';
import type { AttributedGap, PathReading, Readings, StageTime } from './types.js';

/** What connections that were opened before the first write went through, for the report. Times are ms since the epoch. */
export interface Disruption {
  /** Nodes that took part. */
  readonly nodes: readonly string[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly stages: readonly StageTime[];
  /** The longest time without an answer on any path, however short; null where nothing was measured. */
  readonly longest: AttributedGap | null;
  /** Of the recording threshold and longer; longest first. */
  readonly gaps: readonly AttributedGap[];
  readonly paths: readonly PathReading[];
  /** Connections that could not be measured, and why. */
  readonly unmeasured: readonly string[];
  /** By how much the times may be off against the stages'. */
  readonly clockErrorMs: number;
}

/** Puts together what was read at the end. Pure. */
export function describeDisruption(
  readings: Readings,
  time: Pick<Disruption, 'nodes' | 'startedAt' | 'endedAt' | 'stages'>,
): Disruption {
  const { paths, unmeasured, clockErrorMs } = readings;
  const longest = paths.map((path): PathReading => {
    return { ...path, gaps: path.longest === null ? [] : [path.longest] };
  });
  return {
    ...time,
    longest: attributeGaps(longest, time.stages)[0] ?? null,
    gaps: attributeGaps(paths, time.stages),
    paths,
    unmeasured,
    clockErrorMs,
  };
}
