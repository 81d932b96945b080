import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject, WatchEvent } from '../../../src/ports/cluster-client.js';
import {
  INTERRUPTED,
  type Judge,
  type Seen,
  type Sight,
  waitFor as waitForAll,
} from '../../../src/upgrade/gates/wait-for.js';
import { createFakeClusterClient, refusal } from '../../ports/fake-cluster-client.js';
import { countingWatches, reasonOf, turns, waiting } from './build-waiting.js';

function waitFor(...args: Parameters<typeof waitForAll>): Promise<string | null> {
  return reasonOf(waitForAll(...args));
}

const MAPS = { kind: { apiVersion: 'v1', kind: 'ConfigMap' }, options: { namespace: 'kube-system' } };
const PODS = { kind: { apiVersion: 'v1', kind: 'Pod' }, options: { namespace: 'kube-system' } };

function named(kind: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'kube-system' } };
}

function refOf(kind: string, name: string) {
  return { apiVersion: 'v1', kind, namespace: 'kube-system', name };
}

/** Done where exactly these are there; failed where one is called broken. */
function exactly(...names: readonly string[]): (seen: Seen) => Sight {
  return (seen) => {
    const found = seen.flat().map(({ metadata }) => metadata.name);
    if (found.includes('broken')) return { kind: 'failed', reason: 'broken is there' };
    const isDone = found.sort().join() === [...names].sort().join();
    return isDone ? { kind: 'done' } : { kind: 'waiting', reason: `there: ${found.join()}` };
  };
}

describe('waitFor', () => {
  test('is done at once where all is as wanted, and asks for nothing but the watch', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a')] });
    expect(await waitFor(client, [MAPS], exactly('a'), waiting())).toBeNull();
    expect(client.calls.map(({ verb }) => verb)).toEqual(['watch']);
  });

  test('judges what is added, changed and deleted', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a'), named('ConfigMap', 'b')] });
    const waited = waitFor(client, [MAPS], exactly('b', 'c'), waiting());
    await turns();
    client.set(named('ConfigMap', 'c'));
    await turns();
    client.remove(refOf('ConfigMap', 'a'));
    expect(await waited).toBeNull();
  });

  test('takes a snapshot after lost events for all there is: what it lacks is gone', async () => {
    async function* watch(): AsyncGenerator<WatchEvent> {
      yield { type: 'snapshot', objects: [named('ConfigMap', 'a'), named('ConfigMap', 'b')] };
      await turns();
      yield { type: 'snapshot', objects: [named('ConfigMap', 'b')] };
      await new Promise(() => undefined);
    }
    const client = { ...createFakeClusterClient(), watch };
    expect(await waitFor(client, [MAPS], exactly('b'), waiting({ timeoutMs: 2_000 }))).toBeNull();
  });

  test('goes on after the server lost events', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a')] });
    const waited = waitFor(client, [MAPS], exactly('a', 'b'), waiting());
    await turns();
    client.expireWatches();
    await turns();
    client.set(named('ConfigMap', 'b'));
    expect(await waited).toBeNull();
  });

  test('does not take objects of one name in two namespaces for one', async () => {
    const other = { ...named('ConfigMap', 'a'), metadata: { name: 'a', namespace: 'default' } };
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a'), other] });
    expect(await waitFor(client, [{ ...MAPS, options: {} }], exactly('a', 'a'), waiting())).toBeNull();
  });

  test('says why at once where what is seen has failed', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'broken')] });
    expect(await waitFor(client, [MAPS], exactly('a'), waiting())).toBe('broken is there');
  });

  test('says the last reason where time is up', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a')] });
    const waited = waitFor(client, [MAPS], exactly('c'), waiting({ timeoutMs: 1_000 }));
    await turns();
    client.set(named('ConfigMap', 'b'));
    expect(await waited).toBe('not done within 1 s: there: a,b');
  });

  test('says that it was told to stop, without a wait', async () => {
    const stop = new AbortController();
    const client = createFakeClusterClient();
    const waited = waitFor(client, [MAPS], exactly('a'), waiting({ signal: stop.signal }));
    await turns();
    stop.abort();
    expect(await waited).toBe(INTERRUPTED);
    expect(await waitFor(client, [MAPS], exactly('a'), waiting({ signal: stop.signal }))).toBe(INTERRUPTED);
  });

  test('says what the server said where a watch fails', async () => {
    const client = createFakeClusterClient({
      onCall: ({ verb }) => {
        if (verb === 'watch') throw refusal('watch', 'configmaps', 403, 'forbidden');
      },
    });
    expect(await waitFor(client, [MAPS], exactly('a'), waiting())).toContain('forbidden');
  });

  test('lets a fault of its own out', async () => {
    const client = createFakeClusterClient();
    const judge = (): Sight => {
      throw new TypeError('a fault');
    };
    await expect(waitFor(client, [MAPS], judge, waiting())).rejects.toThrow(TypeError);
  });

  test('judges no source before all have answered', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const client = createFakeClusterClient({
      objects: [named('Pod', 'p')],
      onCall: async ({ verb, kind }) => {
        if (verb === 'watch' && kind === 'Pod') await answered;
      },
    });
    const judged: number[] = [];
    const judge = (seen: Seen): Sight => {
      judged.push(seen.length);
      return exactly('p')(seen);
    };
    const waited = waitFor(client, [MAPS, PODS], judge, waiting());
    await turns();
    expect(judged).toEqual([]);
    answer();
    expect(await waited).toBeNull();
    expect(judged).toEqual([2]);
  });

  test('gives the sources in their order, whichever answers first', async () => {
    const client = createFakeClusterClient({
      objects: [named('Pod', 'p'), named('ConfigMap', 'm')],
      onCall: async ({ verb, kind }) => {
        if (verb === 'watch' && kind === 'ConfigMap') await turns();
      },
    });
    const judge = (seen: Seen): Sight => ({
      kind: 'failed',
      reason: seen.map((objects) => objects.map(({ kind }) => kind).join()).join(' then '),
    });
    expect(await waitFor(client, [MAPS, PODS], judge, waiting())).toBe('ConfigMap then Pod');
  });

  test('keeps its word where another source says more in the same moment', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a'), named('Pod', 'p')] });
    const sights: Sight[] = [{ kind: 'done' }, { kind: 'waiting', reason: 'late' }];
    let judged = 0;
    const judge = (): Sight => {
      if (judged === 0) client.set(named('ConfigMap', 'more'));
      return sights[Math.min(judged++, 1)] ?? { kind: 'done' };
    };
    expect(await waitFor(client, [MAPS, PODS], judge, waiting())).toBeNull();
  });

  test('judges again by itself when something has lasted as long as was asked for', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a')] });
    const judge: Judge = (_, lasts) =>
      lasts('there', 200) ? { kind: 'failed', reason: 'for too long' } : { kind: 'waiting', reason: 'there' };
    expect(await waitFor(client, [MAPS], judge, waiting())).toBe('for too long');
    expect(client.calls.map(({ verb }) => verb)).toEqual(['watch']);
  });

  test('judges less often where it takes long, and once more when all is said', async () => {
    const client = createFakeClusterClient({ objects: [named('ConfigMap', 'a')] });
    let [now, judged] = [0, 0];
    const judge: Judge = (seen) => {
      judged += 1;
      now += 10;
      return exactly('a', 'last')(seen);
    };
    const { sleep } = waiting();
    const slowly = waiting({
      now: () => now,
      sleep: async (ms, signal) => {
        await sleep(Math.min(ms, 20), signal);
        if (ms < 1_000 && signal?.aborted !== true) now += ms;
      },
      timeoutMs: 10_000,
    });
    const waited = waitFor(client, [MAPS], judge, {
      ...slowly,
      sleep: (ms, signal) => (ms === 10_000 ? sleep(ms, signal) : slowly.sleep(ms, signal)),
    });
    await turns();
    for (let index = 0; index < 50; index += 1) client.set({ ...named('ConfigMap', 'a'), data: { index } });
    client.set(named('ConfigMap', 'last'));
    expect(await waited).toBeNull();
    expect(judged).toBeLessThan(10);
  });

  test.each<[string, (seen: Seen) => Sight, boolean]>([
    ['done', exactly('a'), false],
    ['failed', () => ({ kind: 'failed', reason: 'x' }), false],
    ['out of time', exactly('b'), false],
    ['interrupted', exactly('b'), true],
  ])('leaves no watch open where it is %s', async (_, judge, isStopped) => {
    const { client, open } = countingWatches(createFakeClusterClient({ objects: [named('ConfigMap', 'a')] }));
    const stop = new AbortController();
    const limits = waiting({ signal: stop.signal, timeoutMs: isStopped ? 10_000 : 50 });
    const waited = waitFor(client, [MAPS, PODS], judge, limits);
    await turns();
    if (isStopped) stop.abort();
    await waited;
    await turns();
    expect(open()).toBe(0);
  });
});
