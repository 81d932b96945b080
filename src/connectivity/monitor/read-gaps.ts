import type { ClientRecords, PathRecords } from './parse-client.js';
import type { Gap, HeldPath, PathReading } from './types.js';

/** How a pod's clock stands to this program's. */
export interface Clock {
  /** What is taken from a time of the pod to have one of this program, in ms. */
  readonly offsetMs: number;
  readonly errorMs: number;
}

/** A path by the name that it has in the pod. */
export function pathNameOf({ way, protocol }: HeldPath): string {
  return `${way}-${protocol}`;
}

/** What asking took tells how far the clocks are apart: the pod's time lies between those of the question and the answer. */
export function clockOf(asked: number, answered: number, pod: number): Clock {
  return { offsetMs: pod - (asked + answered) / 2, errorMs: Math.ceil((answered - asked) / 2) };
}

/** What the connections of one pod went through, by the clock of this program. Pure. */
export function readGaps(
  records: ClientRecords,
  paths: readonly HeldPath[],
  { offsetMs }: Pick<Clock, 'offsetMs'>,
): { readonly paths: readonly PathReading[]; readonly unmeasured: readonly string[] } {
  const read = paths.map((path) => ({ path, found: records.paths.get(pathNameOf(path)) }));
  return {
    paths: read.flatMap(({ path, found }) =>
      found === undefined || found.answered === 0 ? [] : [readPath(path, found, offsetMs)],
    ),
    unmeasured: [
      ...read.flatMap(({ path, found }) =>
        found === undefined || found.answered === 0 ? [`${describePath(path)} never had an answer.`] : [],
      ),
      ...read.flatMap(({ path, found }) =>
        found !== undefined && records.now - found.at > STALE_MS
          ? [`${describePath(path)}: the probe has told nothing for ${records.now - found.at} ms.`]
          : [],
      ),
      ...(records.starts > 1
        ? [`The probe on ${paths[0]?.from ?? ''} was restarted: its connections with it.`]
        : []),
    ],
  };
}

/** It tells every second. */
const STALE_MS = 5000;

function readPath(path: HeldPath, found: PathRecords, offsetMs: number): PathReading {
  const closed = found.gaps.map(({ startedAt, ms }): Gap => {
    return { startedAt: Math.round(startedAt - offsetMs), ms, isOpen: false };
  });
  const open = openGap(found, offsetMs);
  const all = open === null ? closed : [...closed, open];
  const longest: Gap = {
    startedAt: Math.round(found.longestAt - offsetMs),
    ms: found.longestMs,
    isOpen: false,
  };
  return {
    path,
    gaps: all,
    longest: open !== null && open.ms > longest.ms ? open : longest,
    sent: found.sent,
    lost: found.lost,
    reordered: found.reordered,
    resets: found.resets.map((at) => Math.round(at - offsetMs)),
    missedMs: found.missedMs,
  };
}

function openGap({ at, silentSince, thresholdMs }: PathRecords, offsetMs: number): Gap | null {
  const ms = at - silentSince;
  if (silentSince === 0 || ms < thresholdMs) return null;
  return { startedAt: Math.round(silentSince - offsetMs), ms, isOpen: true };
}

const WAYS: Readonly<Record<HeldPath['way'], string>> = {
  'same-node': 'on the same node',
  'cross-node': 'across nodes',
  service: 'through a Service',
};

/** `TCP real-1 → real-2 (across nodes)`. */
export function describePath({ way, protocol, from, to }: HeldPath): string {
  return `${protocol.toUpperCase()} ${from} → ${to} (${WAYS[way]})`;
}
