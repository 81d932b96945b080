import { isCertificateFailure, type RequestFailure } from './request-failure.js';
import type { ClusterTiming } from './timing.js';

/** How long failures are borne. */
export interface Patience {
  /** All attempts at one request together, once the server has answered before. */
  readonly totalMs: number;
  /** The same as long as it never has: a wrong address should not take minutes to show. */
  readonly firstContactMs: number;
  /** Attempts that the API server itself answers with a 5xx. */
  readonly answeredAttempts: number;
}

export const DEFAULT_PATIENCE: Patience = { totalMs: 120_000, firstContactMs: 10_000, answeredAttempts: 8 };

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;
const PASSING_5XX: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** The waits of one request that is repeated. */
export interface Backoff {
  /** Milliseconds until the next attempt; null where another one would not help. Counts the failure. */
  readonly delayAfter: (failure: RequestFailure) => number | null;
  /** Begins anew, after a success. */
  readonly reset: () => void;
}

/**
 * Waits that double up to 5 s, each between half and all of that, so that clients that failed together do not come back
 * together; longer where the server asks for it (`Retry-After`).
 */
export function createBackoff(
  timing: ClusterTiming,
  patience: Patience,
  hasAnswered: () => boolean,
): Backoff {
  let tries = 0;
  let answered = 0;
  let startedAt = timing.now();
  return {
    reset() {
      [tries, answered] = [0, 0];
      startedAt = timing.now();
    },
    delayAfter(failure) {
      tries += 1;
      failure.tries = tries;
      failure.elapsedMs = timing.now() - startedAt;
      if (isAnswered(failure)) answered += 1;
      if (!isPassing(failure, answered, patience)) return null;
      const fullMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (tries - 1));
      const ownMs = Math.round(fullMs * (0.5 + timing.random() / 2));
      const delayMs = Math.max(ownMs, failure.retryAfterMs ?? 0);
      const limitMs = hasAnswered() ? patience.totalMs : patience.firstContactMs;
      return failure.elapsedMs + delayMs > limitMs ? null : delayMs;
    },
  };
}

/** Whether the API server itself answered with a 5xx; what is none comes from something before it, while it restarts. */
function isAnswered({ status, body }: RequestFailure): boolean {
  return body !== null && PASSING_5XX.has(status ?? 0);
}

/** @param answered failures of this request that the API server itself answered with a 5xx, this one included */
function isPassing(failure: RequestFailure, answered: number, patience: Patience): boolean {
  if (failure.kind === 'aborted') return false;
  if (failure.kind !== 'refused') return !isCertificateFailure(failure);
  const status = failure.status ?? 0;
  if (status === 429 || status === 408) return true;
  return PASSING_5XX.has(status) && (!isAnswered(failure) || answered < patience.answeredAttempts);
}
