/** What the program of one pod tells. Times are of the pod's clock, in ms since the epoch. */
export interface ClientRecords {
  readonly now: number;
  /** How often it was started; more than once: connections were held by a container that is gone. */
  readonly starts: number;
  /** By the name that the path has in PATHS. */
  readonly paths: ReadonlyMap<string, PathRecords>;
}

export interface PathRecords {
  /** When this was written. */
  readonly at: number;
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  readonly reordered: number;
  readonly longestMs: number;
  readonly longestAt: number;
  /** Of the first question that has no answer yet; 0 where there is none. */
  readonly silentSince: number;
  /** What counts as a gap by now, in ms: it doubles after each hundred. */
  readonly thresholdMs: number;
  readonly missedMs: number;
  readonly gaps: readonly { readonly startedAt: number; readonly ms: number }[];
  readonly resets: readonly number[];
}

const STATE_FIELDS = 12;

/** Reads what SHOW_PROGRAM printed. Null where it is not that. Pure. */
export function parseClient(text: string): ClientRecords | null {
  const [head = '', ...blocks] = text.split(/^path /m);
  const [nowLine = '', ...starts] = head.trim().split('\n');
  const now = /^now (\d+)$/.exec(nowLine)?.[1];
  if (now === undefined) return null;
  const paths = new Map<string, PathRecords>();
  for (const block of blocks) {
    const [name = '', state = '', ...records] = block.trimEnd().split('\n');
    const path = parsePath(state, records);
    if (path === null) return null;
    paths.set(name, path);
  }
  return { now: Number(now), starts: starts.length, paths };
}

function parsePath(state: string, records: readonly string[]): PathRecords | null {
  const numbers = state.trim().split(/\s+/).map(Number);
  if (numbers.length !== STATE_FIELDS || !numbers.every(Number.isFinite)) return null;
  const [at = 0, sent = 0, answered = 0, lost = 0, reordered = 0, , ...rest] = numbers;
  const [longestMs = 0, longestAt = 0, silentSince = 0, thresholdMs = 0, missedMs = 0] = rest;
  const found = records.flatMap((line) => {
    const [, kind, startedAt, ms] = /^(gap|reset) (\d+) (\d+)$/.exec(line) ?? [];
    return kind === undefined ? [] : [{ kind, startedAt: Number(startedAt), ms: Number(ms) }];
  });
  return {
    at,
    sent,
    answered,
    lost,
    reordered,
    longestMs,
    longestAt,
    silentSince,
    thresholdMs,
    missedMs,
    gaps: found.flatMap(({ kind, startedAt, ms }) => (kind === 'gap' ? [{ startedAt, ms }] : [])),
    resets: found.flatMap(({ kind, startedAt }) => (kind === 'reset' ? [startedAt] : [])),
  };
}
