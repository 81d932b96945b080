import { ClusterError } from '../../errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  WatchOptions,
} from '../../ports/cluster-client.js';
import { afterEvent, type KnownObjects } from './known-objects.js';
import { createStopwatch, type Lasts } from './stopwatch.js';

/** What limits a wait. */
export interface Waiting {
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Ends early where the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly timeoutMs: number;
  /** How long the API server may take until it has said all there is; the whole time where nothing is said. */
  readonly answerMs?: number;
}

/** Objects to watch. */
export interface Source {
  readonly kind: ObjectKind;
  readonly options: Omit<WatchOptions, 'signal'>;
}

/** Why something failed, and the pods that can say more of it; empty where none is known. */
export interface Failure {
  readonly reason: string;
  readonly pods: readonly KubernetesObject[];
}

/** What the objects say together: `waiting` may become `done`; `failed` cannot heal by itself. */
export type Sight =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'waiting' | 'failed';
      readonly reason: string;
      /** Those that it is about, where they are known. */
      readonly pods?: readonly KubernetesObject[];
    };

/** Objects of each source, in the order of the sources. */
export type Seen = readonly (readonly KubernetesObject[])[];

/** Pure, but for the time that things last. */
export type Judge = (seen: Seen, lasts: Lasts) => Sight;

/** How a wait ended that was told to stop. */
export const INTERRUPTED = 'interrupted';

/** A failure of which nothing more can be said. */
export function failure(reason: string): Failure {
  return { reason, pods: [] };
}

/**
 * Watches until what is seen is done or has failed, or time is up. Judges whenever anything changes, and when something has
 * lasted so long that it says something else; asks for nothing in between. Where judging takes long, since there are very
 * many objects, it is done less often: a twentieth of the time at most goes into it.
 *
 * @returns null where it is done; why not, otherwise
 */
export async function waitFor(
  client: ClusterClient,
  sources: readonly Source[],
  judge: Judge,
  { signal, now, sleep, timeoutMs, answerMs = timeoutMs }: Waiting,
): Promise<Failure | null> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const known: (KnownObjects | null)[] = sources.map(() => null);
  const stopwatch = createStopwatch(now);
  const last: { sight: Sight; rest: number; timer: AbortController | null } = {
    sight: { kind: 'waiting', reason: 'the API server has not answered yet' },
    rest: 0,
    timer: null,
  };
  const { promise: ended, end, fail } = ending();

  function look(): void {
    const seen = known.flatMap((objects) => (objects === null ? [] : [[...objects.values()]]));
    // What was said first counts, though another source may say more before anybody hears of it
    if (seen.length < sources.length || last.sight.kind !== 'waiting') return;
    const begun = now();
    last.sight = stopwatch.during((lasts) => judge(seen, lasts));
    last.rest = now() + 19 * (now() - begun);
    if (last.sight.kind === 'waiting') lookAgainIn(stopwatch.next());
    else end();
  }

  function lookAgainIn(ms: number): void {
    last.timer?.abort();
    if (!Number.isFinite(ms)) return;
    const timer = new AbortController();
    last.timer = timer;
    void sleep(ms, AbortSignal.any([stop, timer.signal]))
      .then(() => {
        if (!timer.signal.aborted && !stop.aborted) look();
      })
      .catch(fail);
  }

  async function follow({ kind, options }: Source, index: number): Promise<void> {
    for await (const event of client.watch(kind, { ...options, signal: stop })) {
      known[index] = afterEvent(known[index] ?? null, event);
      const rest = last.rest - now();
      if (rest <= 0) look();
      else lookAgainIn(Math.min(rest, stopwatch.next()));
      if (last.sight.kind !== 'waiting') return;
    }
  }

  for (const [index, source] of sources.entries()) follow(source, index).catch(fail);
  try {
    const isMute = (): boolean => known.includes(null);
    void sleep(Math.min(answerMs, timeoutMs), stop).then(() => {
      if (isMute()) end();
    }, fail);
    await Promise.race([sleep(timeoutMs, stop), ended]);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return failure(`${error.message} ${error.remedy}`);
  } finally {
    over.abort();
  }
  return failureOf(last.sight, signal.aborted, known.includes(null) ? answerMs : timeoutMs);
}

/** Something that ends once, from wherever. */
function ending(): { promise: Promise<void>; end: () => void; fail: (error: unknown) => void } {
  let end = (): void => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  promise.catch(() => undefined);
  return { promise, end, fail };
}

function failureOf(sight: Sight, isStopped: boolean, timeoutMs: number): Failure | null {
  if (sight.kind === 'done') return null;
  const { reason, pods = [] } = sight;
  if (sight.kind === 'failed') return { reason, pods };
  if (isStopped) return failure(INTERRUPTED);
  return { reason: `not done within ${Math.round(timeoutMs / 1000)} s: ${reason}`, pods };
}
