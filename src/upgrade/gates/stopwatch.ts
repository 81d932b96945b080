/**
 * Whether something has been so for that long, in milliseconds, as far back as one judgement after another asked for it by
 * the same name: what a judgement does not ask for has ended. It is our own clock that counts, from when we first saw it:
 * those of nodes go as they like.
 */
export type Lasts = (name: string, ms: number) => boolean;

/** Keeps the time between judgements. */
export interface Stopwatch {
  /** Runs a judgement. */
  readonly during: <Result>(judge: (lasts: Lasts) => Result) => Result;
  /** In how many milliseconds the next thing will have lasted as long as was asked for; Infinity where nothing will. */
  readonly next: () => number;
}

/** @param now milliseconds */
export function createStopwatch(now: () => number): Stopwatch {
  let since: ReadonlyMap<string, number> = new Map();
  let due = Infinity;
  return {
    during(judge) {
      const at = now();
      const asked = new Map<string, number>();
      due = Infinity;
      try {
        return judge((name, ms) => {
          const begun = since.get(name) ?? at;
          asked.set(name, begun);
          if (at - begun >= ms) return true;
          due = Math.min(due, begun + ms);
          return false;
        });
      } finally {
        since = asked;
      }
    },
    next: () => (due === Infinity ? Infinity : Math.max(0, due - now())),
  };
}
