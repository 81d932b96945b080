import { afterEach, describe, expect, test } from '@jest/globals';
import { textAt } from '../../../src/cluster/fields.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import { OWN_LABELS } from '../../../src/cluster/own-label.js';
import { EnvironmentError } from '../../../src/errors.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  clearLock,
  hasLostLock,
  LOCK,
  type Lock,
  type LockOptions,
  takeLock,
  whyStopped,
} from '../../../src/upgrade/lock/lock.js';
import { pullPod } from '../../../src/upgrade/pre-pull/pull-pod.js';
import {
  createFakeClusterClient,
  type FakeCall,
  type FakeClusterClient,
  refusal,
} from '../../ports/fake-cluster-client.js';

const RUN = 'https://github.example.com/team/clusters/actions/runs/2';
const MINE = `${RUN} (1f2e3d4c)`;
/** Another job of the same run, or the same one once more. */
const SIBLING = `${RUN} (5b6a7988)`;
const OTHER = 'https://github.example.com/team/clusters/actions/runs/1 (97867564)';

/** A clock that goes only when somebody sleeps; what happens meanwhile is done at its time. */
function createClock(): Pick<LockOptions, 'now' | 'sleep'> & {
  at: (ms: number, action: () => unknown) => void;
} {
  let time = Date.parse('2026-11-27T02:00:00Z');
  const start = time;
  const due: { readonly at: number; readonly action: () => unknown }[] = [];
  return {
    now: () => time,
    at: (ms, action) => due.push({ at: start + ms, action }),
    async sleep(ms, signal) {
      const end = time + ms;
      for (;;) {
        await new Promise(setImmediate);
        if (signal?.aborted === true) return;
        const next = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due.splice(due.indexOf(next), 1);
        time = Math.max(time, next.at);
        await next.action();
      }
      time = end;
      // A renewal must not keep the loop busy: time stands still unless a test lets it go
      if (signal !== undefined) await waitForTick(signal);
    },
  };
}

let ticks: (() => void)[] = [];
function waitForTick(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    ticks.push(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
/** Lets a lock that is held renew itself so many times. */
async function tick(times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    const waiting = ticks;
    ticks = [];
    for (const go of waiting) go();
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }
}

describe('the lock', () => {
  const warnings: string[] = [];
  let lock: Lock | null = null;

  afterEach(async () => {
    await lock?.release();
    lock = null;
    warnings.length = 0;
    ticks = [];
  });

  function options(clock = createClock()): LockOptions {
    return {
      run: RUN,
      processId: '1f2e3d4c',
      ...clock,
      onProgress: () => undefined,
      onWarning: (text) => warnings.push(text),
    };
  }

  async function leaseIn(client: FakeClusterClient): Promise<KubernetesObject | null> {
    return client.get(LOCK);
  }

  function leaseOf(holder: string, renewTime = '2026-11-27T01:59:59.000000Z'): KubernetesObject {
    return {
      apiVersion: LOCK.apiVersion,
      kind: LOCK.kind,
      metadata: { name: LOCK.name, namespace: 'kube-system' },
      spec: { holderIdentity: holder, leaseDurationSeconds: 60, leaseTransitions: 3, renewTime },
    };
  }

  test('says who holds it, is found by its label, and is gone once it is given back', async () => {
    const client = createFakeClusterClient();
    lock = await takeLock(client, options());
    const lease = await leaseIn(client);
    expect(textAt(lease, 'spec', 'holderIdentity')).toBe(MINE);
    expect(lease?.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'calico-upgrade-action' });
    expect(textAt(lease, 'spec', 'renewTime')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await lock.release();
    expect(await leaseIn(client)).toBeNull();
    expect(lock.lost.aborted).toBe(false);
  });

  test('is renewed while it is held', async () => {
    const client = createFakeClusterClient();
    lock = await takeLock(client, options());
    const first = textAt(await leaseIn(client), 'spec', 'renewTime');
    await tick(3);
    const lease = await leaseIn(client);
    expect(Date.parse(textAt(lease, 'spec', 'renewTime')) - Date.parse(first)).toBeGreaterThanOrEqual(30_000);
    expect(lock.lost.aborted).toBe(false);
  });

  test.each([
    ['a run', OTHER, 'Another run'],
    ['another process of the same run', SIBLING, 'Another job or attempt of this run'],
  ])(
    'of %s at work is not taken: its address is in the message, and nothing is written',
    async (_, holder, who) => {
      const client = createFakeClusterClient({ objects: [leaseOf(holder)] });
      const clock = createClock();
      clock.at(20_000, async () => {
        await client.replace(leaseOf(holder, '2026-11-27T02:00:19.000000Z'), { fieldManager: 'other' });
      });
      const taken = takeLock(client, options(clock));
      await expect(taken).rejects.toBeInstanceOf(EnvironmentError);
      await expect(taken).rejects.toThrow(`${who} is at work on this cluster: ${holder}`);
      expect(textAt(await leaseIn(client), 'spec', 'holderIdentity')).toBe(holder);
    },
  );

  test.each([
    ['a run', OTHER, 'another run'],
    ['another process of the same run', SIBLING, 'another job or attempt of this run'],
  ])('of %s that died is taken over, with a word', async (_, holder, who) => {
    const client = createFakeClusterClient({ objects: [leaseOf(holder)] });
    const clock = createClock();
    const start = clock.now();
    lock = await takeLock(client, options(clock));
    expect(clock.now() - start).toBeGreaterThanOrEqual(60_000);
    expect(warnings).toEqual([
      `The lock of ${who} was not renewed for 60 s and is taken over. That one: ${holder}`,
    ]);
    expect(await leaseIn(client)).toMatchObject({ spec: { holderIdentity: MINE, leaseTransitions: 4 } });
  });

  test('of a run that died goes with what else that left, where there is nothing to do', async () => {
    const namespace = (name: string, labels: Readonly<Record<string, string>>): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    });
    const pull = { namespace: 'kube-system', pullSecrets: [], run: 'dead', deadlineMs: 1000 };
    const objects = [
      leaseOf(OTHER),
      namespace('calico-network-test', OWN_LABELS),
      namespace('users', {}),
      pullPod({ node: 'a', images: ['image'] }, pull),
    ];
    const client = createFakeClusterClient({ objects });
    await clearLock(client, options());
    expect(client.objects().map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace default',
      'Namespace kube-system',
      'Namespace users',
    ]);
  });

  test('that is given back meanwhile is taken at once, without a word', async () => {
    const client = createFakeClusterClient({ objects: [leaseOf(OTHER)] });
    const clock = createClock();
    const start = clock.now();
    clock.at(5_000, () => client.delete(LOCK));
    lock = await takeLock(client, options(clock));
    expect(clock.now() - start).toBeLessThan(10_000);
    expect(warnings).toEqual([]);
  });

  test('of the same process goes on without a wait', async () => {
    const client = createFakeClusterClient({ objects: [leaseOf(MINE)] });
    const clock = createClock();
    const start = clock.now();
    lock = await takeLock(client, options(clock));
    expect(clock.now()).toBe(start);
    expect(await leaseIn(client)).toMatchObject({ spec: { leaseTransitions: 3 } });
  });

  test('is not taken where another run was a moment quicker', async () => {
    let isFirst = true;
    const client: FakeClusterClient = createFakeClusterClient({
      onCall: async ({ verb, name }) => {
        if (!isFirst || verb !== 'create' || name !== LOCK.name) return;
        isFirst = false;
        await client.create(leaseOf(OTHER), { fieldManager: 'other' });
      },
    });
    const clock = createClock();
    clock.at(10_000, async () => {
      await client.replace(leaseOf(OTHER, '2026-11-27T02:00:19.000000Z'), { fieldManager: 'other' });
    });
    await expect(takeLock(client, options(clock))).rejects.toThrow(OTHER);
    expect(textAt(await leaseIn(client), 'spec', 'holderIdentity')).toBe(OTHER);
  });

  test('goes on where a renewal was written though its answer was lost', async () => {
    const client = createFakeClusterClient();
    lock = await takeLock(client, options());
    await client.replace(leaseOf(MINE), { fieldManager: 'calico-upgrade-action' });
    await tick(3);
    expect(lock.lost.aborted).toBe(false);
    expect(warnings).toEqual([]);
  });

  test('that is lost ends every write of its client; dry runs and reads go on', async () => {
    const client = createFakeClusterClient();
    lock = await takeLock(client, options());
    const held = lock.client;
    const write = { fieldManager: 'test' };
    const [one, map] = ['one', 'two'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'kube-system' },
    })) as [KubernetesObject, KubernetesObject];
    await held.create(one, write);
    await client.delete(LOCK);
    await client.create(leaseOf(OTHER), { fieldManager: 'other' });
    await tick(2);
    for (const late of [
      held.create(map, write),
      held.apply(map, write),
      held.replace(one, write),
      held.patch(referenceOf(one), { type: 'merge', body: { data: {} } }, write),
      held.delete(referenceOf(one)),
      held.create(map, { ...write, signal: new AbortController().signal }),
    ]) {
      await expect(late).rejects.toThrow('given up');
    }
    await held.create(map, { ...write, dryRun: true });
    expect(await held.get(referenceOf(map))).toBeNull();
    expect(await held.get(referenceOf(one))).not.toBeNull();
  });

  test.each([
    ['another run', OTHER],
    ['another process of the same run', SIBLING],
  ])('that %s took is lost, and is not given back for it', async (_, holder) => {
    const client = createFakeClusterClient();
    lock = await takeLock(client, options());
    await client.delete(LOCK);
    await client.create(leaseOf(holder), { fieldManager: 'other' });
    await tick(2);
    expect(lock.lost.aborted).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('taken by another run')]);
    await lock.release();
    expect(textAt(await leaseIn(client), 'spec', 'holderIdentity')).toBe(holder);
  });

  test('outlives an API server that does not answer for a while, and is lost after longer', async () => {
    let isDown = false;
    const client = createFakeClusterClient({
      onCall: (call: FakeCall) => {
        if (isDown && call.verb === 'replace') throw refusal(call.verb, call.kind, 503, 'down');
      },
    });
    lock = await takeLock(client, options());
    isDown = true;
    await tick(2);
    expect(lock.lost.aborted).toBe(false);
    isDown = false;
    await tick(1);
    isDown = true;
    await tick(4);
    expect(lock.lost.aborted).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('could not be renewed')]);
    isDown = false;
  });

  test('is lost while its client still tries to renew it, with the reason', async () => {
    let isDown = false;
    let comeBack: () => void = () => undefined;
    const back = new Promise<void>((resolve) => {
      comeBack = resolve;
    });
    const client = createFakeClusterClient({
      onCall: ({ verb }: FakeCall) => (isDown && verb === 'replace' ? back : undefined),
    });
    lock = await takeLock(client, options());
    await tick(1);
    isDown = true;
    await tick(2);
    expect(lock.lost.aborted).toBe(false);
    await tick(2);
    expect(lock.lost.aborted).toBe(true);
    expect(hasLostLock(lock.lost)).toBe(true);
    expect(whyStopped(lock.lost)).toMatch(
      /^The lock could not be renewed for 45 s, .* Nothing more is written\.$/,
    );
    comeBack();
    await lock.release();
    // It came through after all, so nobody has it: the next run takes it at once
    expect(await leaseIn(client)).toBeNull();
  });
});
