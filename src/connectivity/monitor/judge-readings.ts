import { describePath } from './read-gaps.js';
import type { PathReading, Readings } from './types.js';

export interface Limits {
  /** Longest gap that is allowed, in ms; null: no limit. */
  readonly maxMs: number | null;
  /** Without a limit, too, a connection must not be silent for so long and still be, in ms. */
  readonly silentMs: number;
}

/**
 * Whether the connections came through, as far as it happened since a time. With a limit a connection that was reset, or
 * that cannot be measured, has not come through either: nobody knows how long it was gone. Pure.
 *
 * @returns null where they did; the worst that befell one, otherwise
 */
export function judgeReadings(readings: Readings, since: number, limits: Limits): string | null {
  const { maxMs } = limits;
  const gap = judgeGaps(readings.paths, since, limits);
  if (gap !== null || maxMs === null) return gap;
  for (const { path, resets } of readings.paths) {
    const reset = resets.find((at) => at >= since);
    if (reset !== undefined)
      return `${describePath(path)} was reset at ${clockTime(reset)}: it did not survive.`;
  }
  const [unmeasured] = readings.unmeasured;
  return unmeasured === undefined ? null : `Whether connections survived is not known. ${unmeasured}`;
}

function judgeGaps(paths: readonly PathReading[], since: number, { maxMs, silentMs }: Limits): string | null {
  const gaps = paths
    .flatMap(({ path, gaps: all }) => all.map((gap) => ({ path, ...gap })))
    .filter(({ startedAt, ms, isOpen }) => isOpen || startedAt + ms >= since)
    .toSorted((left, right) => right.ms - left.ms);
  const worst = gaps.find(({ ms, isOpen }) => (maxMs !== null && ms > maxMs) || (isOpen && ms >= silentMs));
  if (worst === undefined) return null;
  const limit = maxMs === null ? '' : `; max-disruption-ms is ${maxMs}`;
  return `${describePath(worst.path)} had no answer for ${worst.ms} ms from ${clockTime(worst.startedAt)}${still(worst.isOpen)}${limit}.`;
}

function still(isOpen: boolean): string {
  return isOpen ? ' and still has none' : '';
}

/** `21:40:03.120`, UTC. */
export function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 23)} UTC`;
}
