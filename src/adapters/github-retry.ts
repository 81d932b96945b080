/** Time and chance, for tests to take the place of. */
export interface Timing {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** A request that was refused, or got no whole answer. */
export class RequestFailure extends Error {
  /** 0 where no whole answer came. */
  readonly status: number;
  /** Of the answer, names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'RequestFailure';
    this.status = status;
    this.headers = headers;
  }
}

const ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 20_000;
/** All waiting for one request together; a rate limit that lasts longer is an error. */
const PATIENCE_MS = 120_000;

/**
 * Tries again what fails for a passing reason: no answer, 5xx, and rate limits after the wait that GitHub asks for.
 * @throws what the last attempt threw
 * @see https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export async function withRetries<T>(attempt: () => Promise<T>, timing: Timing): Promise<T> {
  let patienceMs = PATIENCE_MS;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const delayMs = error instanceof RequestFailure ? retryDelayMs(error, tries, timing) : null;
      if (delayMs === null || tries >= ATTEMPTS || delayMs > patienceMs) throw error;
      patienceMs -= delayMs;
      await timing.sleep(delayMs);
    }
  }
}

/** Whether GitHub refused because of too many requests, and not because of a missing permission. */
export function isRateLimit({ status, headers, message }: RequestFailure): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const isUsedUp = headers['x-ratelimit-remaining'] === '0';
  return isUsedUp || headers['retry-after'] !== undefined || /rate limit|abuse detection/i.test(message);
}

/** How long to wait before the next attempt; null where another one would end the same way. */
function retryDelayMs(failure: RequestFailure, tries: number, timing: Timing): number | null {
  if (isRateLimit(failure)) return askedDelayMs(failure, timing) ?? backoffMs(tries, timing);
  return failure.status === 0 || failure.status >= 500 ? backoffMs(tries, timing) : null;
}

/** Between half and all of a time that doubles with every try, so that parallel jobs do not come back together. */
function backoffMs(tries: number, timing: Timing): number {
  const fullMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (tries - 1));
  return Math.round(fullMs * (0.5 + timing.random() / 2));
}

/** The wait that the answer asks for, as seconds or as a date; null where it asks for none. */
function askedDelayMs({ headers }: RequestFailure, timing: Timing): number | null {
  const after = headers['retry-after'];
  if (typeof after === 'string' && /^\d+$/.test(after)) return Number(after) * 1000;
  const until = typeof after === 'string' ? Date.parse(after) : resetTime(headers);
  return Number.isFinite(until) ? Math.max(1000, until - timing.now()) : null;
}

function resetTime(headers: RequestFailure['headers']): number {
  return headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) * 1000 : Number.NaN;
}
