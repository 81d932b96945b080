import { describe, expect, test } from '@jest/globals';
import {
  type FailureFacts,
  mayHaveHappened,
  parseStatus,
  refusal,
  RequestFailure,
} from '../../../src/adapters/kubernetes/request-failure.js';

const status = (details: object): string =>
  JSON.stringify({ kind: 'Status', message: 'no', reason: 'TooManyRequests', code: 429, details });

describe('when to come again', () => {
  test.each<[string, Readonly<Record<string, string>>, string, number | null]>([
    ['the header, in seconds', { 'retry-after': '7' }, '', 7000],
    ['the header, where it is at once', { 'retry-after': '0' }, status({ retryAfterSeconds: 5 }), 0],
    ['the header rather than the body', { 'retry-after': '2' }, status({ retryAfterSeconds: 5 }), 2000],
    ['the body, where there is no header', {}, status({ retryAfterSeconds: 5 }), 5000],
    [
      'the body, where the header is a date',
      { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' },
      status({ retryAfterSeconds: 5 }),
      5000,
    ],
    ['nobody', {}, status({}), null],
    ['nobody, where the number is none', { 'retry-after': '-1' }, 'busy', null],
    ['nobody, where the body is none of an API server', {}, '{"details":{"retryAfterSeconds":5}}', null],
  ])('is said by %s', (_title, headers, text, expected) => {
    expect(refusal(429, headers, text).retryAfterMs).toBe(expected);
  });
});

describe('a refusal', () => {
  test('says what the API server says', () => {
    const failure = refusal(429, {}, status({ kind: 'pods' }));
    expect(failure).toMatchObject({ kind: 'refused', status: 429, message: 'no' });
    expect(failure.body?.details?.kind).toBe('pods');
  });

  test('of something else says what that says, as far as that is short', () => {
    const failure = refusal(502, {}, `  <html>${'x'.repeat(1000)}</html>`);
    expect(failure.body).toBeNull();
    expect(failure.message).toHaveLength(300);
    expect(failure.message).toMatch(/^<html>x/);
  });
});

test.each(['', 'null', '"Status"', '[]', '{"kind":"Pod"}', '{"kind":"Status"'])('%j is no Status', (text) => {
  expect(parseStatus(text)).toBeNull();
});

test.each<[string, FailureFacts, boolean]>([
  ['without an answer', { kind: 'lost' }, true],
  ['refused with 500', { kind: 'refused', status: 500 }, true],
  ['refused with 504', { kind: 'refused', status: 504 }, true],
  ['refused with 409', { kind: 'refused', status: 409 }, false],
  ['refused with 429', { kind: 'refused', status: 429 }, false],
  ['that never left this machine', { kind: 'unreachable' }, false],
])('a write %s may have been carried out: %p', (_title, facts, expected) => {
  expect(mayHaveHappened(new RequestFailure('', facts))).toBe(expected);
});
