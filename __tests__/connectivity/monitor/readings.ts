import type { Gap, HeldPath, PathReading, Readings } from '../../../src/connectivity/monitor/types.js';

/** A day at noon; times in tests are ms after it. */
export const NOON = Date.UTC(2026, 10, 27, 12);

export function pathFrom(from: string, to: string, protocol: HeldPath['protocol'] = 'udp'): HeldPath {
  return { way: from === to ? 'same-node' : 'cross-node', protocol, from, to };
}

export function gapAt(start: number, ms: number, isOpen = false): Gap {
  return { startedAt: NOON + start, ms, isOpen };
}

export function readingOf(
  path: HeldPath,
  gaps: readonly Gap[],
  more: Partial<PathReading> = {},
): PathReading {
  const longest = gaps.toSorted((left, right) => right.ms - left.ms)[0] ?? gapAt(0, 3);
  return { path, gaps, longest, sent: 1000, lost: 0, reordered: 0, resets: [], missedMs: 0, ...more };
}

export function readingsOf(paths: readonly PathReading[], unmeasured: readonly string[] = []): Readings {
  return { paths, unmeasured, clockErrorMs: 10 };
}
