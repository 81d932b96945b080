import { type Backoff, createBackoff, type Patience } from './backoff.js';
import { mayHaveHappened, RequestFailure } from './request-failure.js';
import type { ClusterTiming } from './timing.js';
import type { ApiAnswer, ApiRequest, Transport } from './transport.js';

/** Requests that are repeated as far as that is safe. All throw {@link RequestFailure} in the end. */
export interface Requests {
  /** For what changes nothing: repeated as long as there is hope, also where `parse` cannot read the answer. */
  readonly read: <T>(request: ApiRequest, parse: (answer: ApiAnswer) => T) => Promise<T>;
  /** For what changes something. */
  readonly write: <T>(write: Write<T>) => Promise<T>;
  /** One attempt, its answer parsed. */
  readonly sendOnce: <T>(request: ApiRequest, parse: (answer: ApiAnswer) => T) => Promise<T>;
  readonly stream: Transport['stream'];
  readonly createBackoff: () => Backoff;
  readonly timing: ClusterTiming;
}

/** What looking at the server tells of a write that may have been carried out. */
export type LookUp<T> = { readonly done: T } | 'repeat' | 'unknown';

/** A write that finds out what became of it before it is repeated. */
export interface Write<T> {
  readonly attempt: () => Promise<T>;
  /** Called after an attempt without a clear outcome, so many milliseconds after the first one began. */
  readonly lookUp: (sinceMs: number) => Promise<LookUp<T>>;
  /** No attempt begins once it is aborted. */
  readonly signal?: AbortSignal;
}

/** Sends by `transport`; waits as `patience` says. */
export function createRequests(transport: Transport, timing: ClusterTiming, patience: Patience): Requests {
  const newBackoff = (): Backoff => createBackoff(timing, patience, transport.hasAnswered);
  const sendOnce: Requests['sendOnce'] = async (request, parse) =>
    parseAnswer(await transport.send(request), parse);
  return {
    createBackoff: newBackoff,
    timing,
    sendOnce,
    stream: transport.stream,
    async read(request, parse) {
      const backoff = newBackoff();
      for (;;) {
        const answer = await caught(() => sendOnce(request, parse));
        if (!(answer instanceof RequestFailure)) return answer;
        const delayMs = backoff.delayAfter(answer);
        if (delayMs === null) throw answer;
        await timing.sleep(delayMs, request.signal);
      }
    },
    write: (write) => persist(write, newBackoff(), timing),
  };
}

async function persist<T>(write: Write<T>, backoff: Backoff, timing: ClusterTiming): Promise<T> {
  const startedAt = timing.now();
  const { signal } = write;
  let isUncertain = false;
  if (signal?.aborted) throw new RequestFailure('given up', { kind: 'aborted', code: 'ABORT_ERR' });
  for (;;) {
    const result = await caught(write.attempt);
    if (!(result instanceof RequestFailure)) return result;
    isUncertain ||= mayHaveHappened(result);
    const delayMs = backoff.delayAfter(result);
    result.isOutcomeUnknown = isUncertain;
    if (delayMs === null && (!isUncertain || result.kind !== 'refused')) throw result;
    if (delayMs !== null) await timing.sleep(delayMs, signal);
    if (signal?.aborted) throw result;
    if (!isUncertain) continue;
    // A refusal such as a conflict may be the trace of an earlier attempt, too.
    const found = await caught(() => write.lookUp(timing.now() - startedAt));
    if (found instanceof RequestFailure || found === 'unknown') throw result;
    if (found !== 'repeat') return found.done;
    result.isOutcomeUnknown = false;
    if (delayMs === null || signal?.aborted) throw result;
  }
}

/** A whole answer that cannot be read is one that was cut short by something on the way. */
function parseAnswer<T>(answer: ApiAnswer, parse: (answer: ApiAnswer) => T): T {
  try {
    return parse(answer);
  } catch {
    throw new RequestFailure('the answer cannot be read', { kind: 'lost', code: 'BAD_ANSWER' });
  }
}

async function caught<T>(run: () => Promise<T>): Promise<T | RequestFailure> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RequestFailure) return error;
    throw error;
  }
}
