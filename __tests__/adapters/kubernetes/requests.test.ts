import { describe, expect, test } from '@jest/globals';
import { DEFAULT_PATIENCE } from '../../../src/adapters/kubernetes/backoff.js';
import { RequestFailure } from '../../../src/adapters/kubernetes/request-failure.js';
import { createRequests, type LookUp, type Requests } from '../../../src/adapters/kubernetes/requests.js';
import type { ApiAnswer, Transport } from '../../../src/adapters/kubernetes/transport.js';

const LOST = (): RequestFailure => new RequestFailure('lost', { kind: 'lost' });
const UNREACHABLE = (): RequestFailure => new RequestFailure('unreachable', { kind: 'unreachable' });
const refused = (status: number) => (): RequestFailure =>
  new RequestFailure(`refused ${status}`, { kind: 'refused', status, body: { kind: 'Status' } });

/** What an attempt ends in. */
type End = string | (() => RequestFailure);

interface Played {
  readonly requests: Requests;
  readonly waits: readonly number[];
}

/** Requests whose attempts end like this, one after another; waiting takes no time. */
function play(ends: readonly End[] = []): Played {
  const left = [...ends];
  const waits: number[] = [];
  let now = 0;
  const transport: Transport = {
    send: () => next(left).then((text): ApiAnswer => ({ text, contentType: '', date: null })),
    stream: () => Promise.reject(LOST()),
    hasAnswered: () => true,
  };
  const timing = {
    now: () => now,
    random: () => 0,
    sleep: (ms: number): Promise<void> => {
      waits.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
  return { requests: createRequests(transport, timing, DEFAULT_PATIENCE), waits };
}

function next(left: End[]): Promise<string> {
  const end = left.shift();
  if (end === undefined) throw new Error('one attempt too many');
  return typeof end === 'string' ? Promise.resolve(end) : Promise.reject(end());
}

describe('a read', () => {
  const read = ({ requests }: Played): Promise<unknown> =>
    requests.read({ method: 'GET', path: '/' }, ({ text }) => JSON.parse(text) as unknown);

  test('is made again until there is an answer', async () => {
    const played = play([LOST, refused(503), UNREACHABLE, '{"a":1}']);
    expect(await read(played)).toEqual({ a: 1 });
    expect(played.waits).toEqual([100, 200, 400]);
  });

  test('is made again where the answer was cut short on the way', async () => {
    expect(await read(play(['{"a":', '{"a":1}']))).toEqual({ a: 1 });
  });

  test('that is refused is not made again', async () => {
    await expect(read(play([refused(403)]))).rejects.toMatchObject({ status: 403, tries: 1 });
  });
});

describe('a write', () => {
  /** Attempts and looks of one write; gives what came out, and how often each was done. */
  async function write(
    ends: readonly End[],
    looks: readonly (LookUp<string> | (() => RequestFailure))[] = [],
  ): Promise<{ readonly result: unknown; readonly attempts: number; readonly looks: number }> {
    const [endsLeft, looksLeft] = [[...ends], [...looks]];
    const result = await play()
      .requests.write<string>({
        attempt: () => next(endsLeft),
        lookUp: () => {
          const look = looksLeft.shift();
          if (look === undefined) throw new Error('one look too many');
          return typeof look === 'function' ? Promise.reject(look()) : Promise.resolve(look);
        },
      })
      .catch((error: unknown) => error);
    return { result, attempts: ends.length - endsLeft.length, looks: looks.length - looksLeft.length };
  }

  test.each<[string, () => RequestFailure, boolean]>([
    ['surely did not happen', UNREACHABLE, false],
    ['may have happened', LOST, true],
  ])('that %s is not made again once it is told to stop', async (_title, end, isOutcomeUnknown) => {
    const stop = new AbortController();
    let attempts = 0;
    const ended = play().requests.write<string>({
      attempt: () => {
        attempts += 1;
        stop.abort();
        return Promise.reject(end());
      },
      lookUp: () => Promise.resolve('repeat'),
      signal: stop.signal,
    });
    await expect(ended).rejects.toMatchObject({ kind: end().kind, isOutcomeUnknown });
    expect(attempts).toBe(1);
  });

  test('whose answer was lost is not made again where it is told to stop while it is looked up', async () => {
    const stop = new AbortController();
    let attempts = 0;
    const ended = play().requests.write<string>({
      attempt: () => {
        attempts += 1;
        return Promise.reject(LOST());
      },
      lookUp: () => {
        stop.abort();
        return Promise.resolve('repeat');
      },
      signal: stop.signal,
    });
    await expect(ended).rejects.toMatchObject({ kind: 'lost', isOutcomeUnknown: false });
    expect(attempts).toBe(1);
  });

  test('that is told to stop before it begins is none', async () => {
    const attempt = (): Promise<string> => Promise.reject(new Error('was tried'));
    const lookUp = (): Promise<LookUp<string>> => Promise.resolve('unknown');
    const ended = play().requests.write({ attempt, lookUp, signal: AbortSignal.abort() });
    await expect(ended).rejects.toMatchObject({ kind: 'aborted' });
  });

  test('that surely did not happen is made again without a look', async () => {
    expect(await write([UNREACHABLE, refused(429), 'done'])).toEqual({
      result: 'done',
      attempts: 3,
      looks: 0,
    });
  });

  test('whose answer was lost is looked up, and not made again where it shows', async () => {
    expect(await write([LOST], [{ done: 'found' }])).toEqual({ result: 'found', attempts: 1, looks: 1 });
  });

  test('whose answer was lost is made again where it does not show', async () => {
    expect(await write([LOST, 'done'], ['repeat'])).toEqual({ result: 'done', attempts: 2, looks: 1 });
  });

  test('of which nothing can be told ends, and says so', async () => {
    const { result, attempts } = await write([refused(500)], ['unknown']);
    expect(result).toMatchObject({ status: 500, isOutcomeUnknown: true });
    expect(attempts).toBe(1);
  });

  test('that cannot be looked up ends, and says so', async () => {
    const { result } = await write([LOST], [refused(403)]);
    expect(result).toMatchObject({ kind: 'lost', isOutcomeUnknown: true });
  });

  test('is looked up again where a refusal may be the trace of an earlier attempt', async () => {
    expect(await write([LOST, refused(409)], ['repeat', { done: 'found' }])).toEqual({
      result: 'found',
      attempts: 2,
      looks: 2,
    });
  });

  test('that is refused after a lost attempt which did not show is refused, and surely not done', async () => {
    const { result, attempts } = await write([LOST, refused(409)], ['repeat', 'repeat']);
    expect(result).toMatchObject({ status: 409, isOutcomeUnknown: false });
    expect(attempts).toBe(2);
  });

  test.each([400, 403, 404, 409, 422])(
    'that is refused with %i is neither repeated nor looked up',
    async (status) => {
      const { result, looks } = await write([refused(status)]);
      expect(result).toMatchObject({ status, isOutcomeUnknown: false });
      expect(looks).toBe(0);
    },
  );

  test('that a sick server keeps refusing ends after eight attempts, surely not done', async () => {
    const looks = new Array<LookUp<string>>(8).fill('repeat');
    const { result, attempts } = await write(new Array<End>(9).fill(refused(503)), looks);
    expect(result).toMatchObject({ status: 503, tries: 8, isOutcomeUnknown: false });
    expect(attempts).toBe(8);
  });
});
