import { describe, expect, test } from '@jest/globals';
import { DEFAULT_PATIENCE } from '../../../src/adapters/kubernetes/backoff.js';
import { RequestFailure } from '../../../src/adapters/kubernetes/request-failure.js';
import { createRequests } from '../../../src/adapters/kubernetes/requests.js';
import type { ApiRequest, Transport } from '../../../src/adapters/kubernetes/transport.js';
import { watchKind } from '../../../src/adapters/kubernetes/watch.js';
import type { ServedKind, WatchOptions } from '../../../src/ports/cluster-client.js';
import { follow, type Follower } from '../../ports/cluster-client-contract.js';

const KIND: ServedKind = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true, verbs: [] };
const LOST = new RequestFailure('lost', { kind: 'lost' });

/** What one connection of a watch brings: pieces of text, and how it ends. */
type Connection = readonly (string | RequestFailure)[];

function object(name: string, resourceVersion: string): object {
  return { ...KIND, metadata: { name, resourceVersion } };
}

const line = (type: string, name: string, version: string): string =>
  `${JSON.stringify({ type, object: object(name, version) })}\n`;
const status = (code: number): string =>
  `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, message: 'no' } })}\n`;

interface Played extends Follower {
  /** Every request's resource version; `list` for a list. */
  readonly asked: readonly string[];
  readonly requests: readonly ApiRequest[];
  readonly waits: readonly number[];
}

/** A watch over these connections, one after another; each list has these objects at version 10. */
function play(connections: readonly Connection[], options: WatchOptions = {}): Played {
  const left = [...connections];
  const requests: ApiRequest[] = [];
  const waits: number[] = [];
  let now = 0;
  const transport: Transport = {
    hasAnswered: () => true,
    send(request) {
      requests.push(request);
      const list = { metadata: { resourceVersion: '10' }, items: [object('a', '9')] };
      return Promise.resolve({ text: JSON.stringify(list), contentType: '', date: null });
    },
    stream(request) {
      requests.push(request);
      return Promise.resolve(
        piecesOf(left.shift() ?? [new RequestFailure('end', { kind: 'refused', status: 403 })]),
      );
    },
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
  const follower = follow(watchKind(createRequests(transport, timing, DEFAULT_PATIENCE), KIND, options));
  return {
    ...follower,
    requests,
    waits,
    get asked() {
      return requests.map(({ path }) => {
        const query = new URL(path, 'https://localhost').searchParams;
        return query.has('watch') ? (query.get('resourceVersion') ?? '') : 'list';
      });
    },
  };
}

async function* piecesOf(connection: Connection): AsyncGenerator<string> {
  for (const piece of connection) {
    await Promise.resolve();
    if (typeof piece !== 'string') throw piece;
    yield piece;
  }
}

/** All that a watch says, until it throws. */
async function eventsOf(watch: Played): Promise<readonly string[]> {
  const events: string[] = [];
  try {
    for (;;) events.push(await watch.next());
  } catch (error) {
    expect(error).toMatchObject({ status: 403 });
    return events;
  }
}

describe('a watch', () => {
  test('reads events wherever they are cut into pieces', async () => {
    const text = line('ADDED', 'b', '11') + line('MODIFIED', 'b', '12') + line('DELETED', 'b', '13');
    for (const size of [1, 7, 60, text.length]) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(await eventsOf(play([pieces]))).toEqual(['snapshot a', 'added b', 'modified b', 'deleted b']);
    }
  });

  test('goes on from the last event where its connection breaks', async () => {
    const watch = play([[line('ADDED', 'b', '11'), LOST], [line('ADDED', 'c', '12')]]);
    expect(await eventsOf(watch)).toEqual(['snapshot a', 'added b', 'added c']);
    expect(watch.asked).toEqual(['list', '10', '11', '12']);
  });

  test('goes on from the last bookmark, which it does not tell', async () => {
    const watch = play([[line('BOOKMARK', '', '50')], [line('ADDED', 'b', '51')]]);
    expect(await eventsOf(watch)).toEqual(['snapshot a', 'added b']);
    expect(watch.asked).toEqual(['list', '10', '50', '51']);
  });

  test('does not tell half an event at the end of a connection, and asks for it again', async () => {
    const event = line('ADDED', 'b', '11');
    const watch = play([[event.slice(0, 40), LOST], [event]]);
    expect(await eventsOf(watch)).toEqual(['snapshot a', 'added b']);
    expect(watch.asked).toEqual(['list', '10', '10', '11']);
  });

  test('asks again where an event cannot be read', async () => {
    expect(await eventsOf(play([['nonsense\n'], ['\n', line('ADDED', 'b', '11')]]))).toEqual([
      'snapshot a',
      'added b',
    ]);
  });

  test('lists anew where the server no longer knows the place', async () => {
    const watch = play([[line('ADDED', 'b', '11'), status(410)], [line('ADDED', 'c', '12')]]);
    expect(await eventsOf(watch)).toEqual(['snapshot a', 'added b', 'snapshot a', 'added c']);
    expect(watch.asked).toEqual(['list', '10', 'list', '10', '12']);
  });

  test('goes on after an error that passes', async () => {
    const watch = play([[status(500)], [line('ADDED', 'b', '11')]]);
    expect(await eventsOf(watch)).toEqual(['snapshot a', 'added b']);
  });

  test('waits longer and longer where every connection ends at once, and gives up in the end', async () => {
    const watch = play(new Array<Connection>(60).fill([]));
    await watch.next();
    await expect(watch.next()).rejects.toMatchObject({ kind: 'lost' });
    expect(watch.waits.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(watch.waits.length).toBeGreaterThan(30);
  });

  test('waits little again after an event', async () => {
    const watch = play([[], [], [line('ADDED', 'b', '11')], []]);
    await eventsOf(watch);
    expect(watch.waits).toEqual([100, 200, 100, 200]);
  });

  test('asks for an end of each connection, and takes one that does not end for dead', async () => {
    const watch = play([[]]);
    await eventsOf(watch);
    const { path, silenceMs = 0 } = watch.requests[1] ?? { path: '' };
    const query = new URL(path, 'https://localhost').searchParams;
    expect(query.get('allowWatchBookmarks')).toBe('true');
    expect(silenceMs).toBe(Number(query.get('timeoutSeconds')) * 1000 + 10_000);
  });

  test('asks for what it was told to select, in lists and connections', async () => {
    const watch = play([[]], { namespace: 'n', labelSelector: 'a=b', fieldSelector: 'spec.nodeName=x' });
    await eventsOf(watch);
    for (const { path } of watch.requests.slice(0, 2)) {
      const url = new URL(path, 'https://localhost');
      expect(url.pathname).toBe('/api/v1/namespaces/n/pods');
      expect([url.searchParams.get('labelSelector'), url.searchParams.get('fieldSelector')]).toEqual([
        'a=b',
        'spec.nodeName=x',
      ]);
    }
  });
});
