import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Backoff, createBackoff, DEFAULT_PATIENCE } from '../../../src/adapters/kubernetes/backoff.js';
import { type FailureFacts, RequestFailure } from '../../../src/adapters/kubernetes/request-failure.js';
import { seededRandom } from '../../../test-cluster/fault-proxy/random.js';

const STATUS_BODY = { kind: 'Status' } as const;

const failure = (facts: FailureFacts): RequestFailure => new RequestFailure('a failure', facts);
const lost = (): RequestFailure => failure({ kind: 'lost' });
const refused = (status: number, facts: Partial<FailureFacts> = {}): RequestFailure =>
  failure({ kind: 'refused', status, body: STATUS_BODY, ...facts });

/** A backoff whose clock goes on by what it waits. */
function build(random: () => number = () => 1 - Number.EPSILON, hasAnswered = true): Waiting {
  let now = 1000;
  const sleep = (): Promise<void> => Promise.resolve();
  const backoff = createBackoff({ now: () => now, random, sleep }, DEFAULT_PATIENCE, () => hasAnswered);
  const waitAfter = (failed: RequestFailure): number | null => {
    const delayMs = backoff.delayAfter(failed);
    now += delayMs ?? 0;
    return delayMs;
  };
  return {
    backoff,
    waitAfter,
    pass: (ms) => {
      now += ms;
    },
    waitsOf(next) {
      const waits: number[] = [];
      for (let wait = waitAfter(next()); wait !== null; wait = waitAfter(next())) waits.push(wait);
      return waits;
    },
  };
}

interface Waiting {
  readonly backoff: Backoff;
  readonly waitAfter: (failed: RequestFailure) => number | null;
  readonly pass: (ms: number) => void;
  /** All waits until it gives up. */
  readonly waitsOf: (next: () => RequestFailure) => readonly number[];
}

describe('waits', () => {
  test('double, up to five seconds', () => {
    const { waitAfter } = build();
    const waits = Array.from({ length: 8 }, () => waitAfter(lost()));
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  test('are between half and all of that, by chance', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { waitAfter } = build(seededRandom(seed));
        for (const fullMs of [200, 400, 800, 1600, 3200, 5000, 5000]) {
          const wait = waitAfter(lost()) ?? 0;
          expect(wait).toBeGreaterThanOrEqual(fullMs / 2);
          expect(wait).toBeLessThanOrEqual(fullMs);
        }
      }),
    );
    const firsts = Array.from({ length: 50 }, (_, seed) => build(seededRandom(seed)).waitAfter(lost()));
    expect(new Set(firsts).size).toBeGreaterThan(20);
  });

  test('are as long as the server asks for, where that is longer', () => {
    const { waitAfter } = build();
    expect(waitAfter(refused(429, { retryAfterMs: 7000 }))).toBe(7000);
    expect(waitAfter(refused(429, { retryAfterMs: 0 }))).toBe(400);
    expect(waitAfter(refused(503, { retryAfterMs: 1000 }))).toBe(1000);
  });

  test('begin anew after a success', () => {
    const { backoff, waitAfter, pass } = build();
    waitAfter(lost());
    waitAfter(lost());
    pass(119_000);
    backoff.reset();
    const failed = lost();
    expect(waitAfter(failed)).toBe(200);
    expect(failed).toMatchObject({ tries: 1, elapsedMs: 0 });
  });
});

describe('patience', () => {
  test('is two minutes with a server that has answered before', () => {
    const waits = build().waitsOf(lost);
    const total = waits.reduce((sum, wait) => sum + wait, 0);
    expect(total).toBeGreaterThan(110_000);
    expect(total).toBeLessThanOrEqual(120_000);
  });

  test('is ten seconds with one that never has', () => {
    const waits = build(undefined, false).waitsOf(() => failure({ kind: 'unreachable' }));
    const total = waits.reduce((sum, wait) => sum + wait, 0);
    expect(total).toBeGreaterThan(5000);
    expect(total).toBeLessThanOrEqual(10_000);
  });

  test('is eight attempts with a server that answers that it is sick', () => {
    expect(build().waitsOf(() => refused(500))).toHaveLength(7);
  });

  test('is as many beside attempts that failed otherwise', () => {
    const { waitAfter, waitsOf } = build();
    for (let count = 0; count < 8; count += 1) waitAfter(count % 2 === 0 ? lost() : refused(429));
    expect(waitsOf(() => refused(500))).toHaveLength(7);
  });

  test('is longer with what stands before a server that restarts', () => {
    const waits = build().waitsOf(() => refused(502, { body: null }));
    expect(waits.length).toBeGreaterThan(20);
  });

  test('ends at once where the server asks for more than there is', () => {
    expect(build().waitAfter(refused(429, { retryAfterMs: 121_000 }))).toBeNull();
    expect(build().waitAfter(refused(429, { retryAfterMs: 119_000 }))).toBe(119_000);
  });

  test('counts what was tried, and how long that took', () => {
    const { waitAfter, pass } = build();
    waitAfter(lost());
    pass(1000);
    const failed = lost();
    waitAfter(failed);
    expect(failed).toMatchObject({ tries: 2, elapsedMs: 1200 });
  });
});

describe('another attempt', () => {
  test.each<[string, RequestFailure]>([
    ['a lost answer', lost()],
    ['a server that cannot be reached', failure({ kind: 'unreachable', code: 'ECONNREFUSED' })],
    ...[408, 429, 500, 502, 503, 504].map((status): [string, RequestFailure] => [
      `${status}`,
      refused(status),
    ]),
  ])('follows %s', (_title, failed) => {
    expect(build().waitAfter(failed)).not.toBeNull();
  });

  test.each<[string, RequestFailure]>([
    ['what we gave up', failure({ kind: 'aborted' })],
    ['a certificate that has expired', failure({ kind: 'unreachable', code: 'CERT_HAS_EXPIRED' })],
    ['a handshake that failed', failure({ kind: 'lost', code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' })],
    ...[400, 401, 403, 404, 409, 410, 422, 501].map((status): [string, RequestFailure] => [
      `${status}`,
      refused(status),
    ]),
  ])('does not follow %s', (_title, failed) => {
    expect(build().waitAfter(failed)).toBeNull();
    expect(failed.tries).toBe(1);
  });
});
