import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { REAL_TIMING } from '../../../src/adapters/kubernetes/timing.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { type FaultProxy, startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import type { Fault } from '../../../test-cluster/fault-proxy/faults.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import {
  clusterErrorOf,
  configMap,
  CONFIG_MAP,
  follow,
  pagesOf,
  referenceOf,
} from '../../ports/cluster-client-contract.js';
import { createQuickClient } from './quick-client.js';

/** How many objects the long sequence makes. */
const OBJECTS = 6;
const MANAGER = { fieldManager: 'faults' };
const AFTER: readonly Fault[] = [
  { kind: 'reset', at: 'after' },
  { kind: 'stall', at: 'after' },
  { kind: 'half' },
];
const BEFORE: readonly Fault[] = [
  { kind: 'reset', at: 'before' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfterSeconds: 1 },
];
const titled = (faults: readonly Fault[]): readonly (readonly [string, Fault])[] =>
  faults.map((fault) => [Object.values(fault).join(' '), fault]);

describeWithCluster('a cluster client and faults', { controllers: false }, (cluster) => {
  let proxy: FaultProxy;
  let client: ClusterClient;
  let namespace: string;

  beforeAll(async () => {
    proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig, seed: 20 });
    client = await createQuickClient(proxy.kubeconfig);
    namespace = await ownNamespace(cluster());
    await client.get(reference('warm'));
  });

  beforeEach(() => proxy.seen.clear());

  afterEach(() => proxy.heal());

  afterAll(() => proxy.stop());

  const reference = (name: string): ObjectReference => ({ ...CONFIG_MAP, namespace, name });
  let last = 0;
  const fresh = (data: Readonly<Record<string, string>> = {}): KubernetesObject => {
    last += 1;
    return configMap(namespace, `object-${last}`, data);
  };
  /** The next request of this verb on ConfigMaps fails. */
  const fail = (verb: string, fault: Fault): void =>
    proxy.add({ match: { verb, resource: 'configmaps' }, nth: 1, fault });
  const count = (verb: string): number => proxy.seen.count(verb, 'configmaps');

  test.each(titled([...BEFORE, ...AFTER, { kind: 'stall', at: 'before' }]))(
    'a read that ends in %s is made again',
    async (_title, fault) => {
      const object = await client.create(fresh({ a: '1' }), MANAGER);
      fail('get', fault);
      expect(await client.get(referenceOf(object))).toEqual(object);
      expect(count('get')).toBe(2);
    },
  );

  describe('a create', () => {
    test.each(titled(AFTER))('that was done and ends in %s is not made again', async (_title, fault) => {
      const object = fresh({ a: '1' });
      fail('create', fault);
      const made = await client.create(object, MANAGER);
      expect(made).toMatchObject({ data: { a: '1' } });
      expect([count('create'), count('get')]).toEqual([1, 1]);
    });

    test.each(titled(BEFORE))('that was not done and ends in %s is made again', async (_title, fault) => {
      fail('create', fault);
      expect(await client.create(fresh({ a: '1' }), MANAGER)).toMatchObject({ data: { a: '1' } });
      expect(count('create')).toBe(2);
    });

    test('whose answer is lost does not take the object of another for its own', async () => {
      const object = fresh({ holder: 'us' });
      await client.create({ ...object, data: { holder: 'them' } }, MANAGER);
      fail('create', { kind: 'reset', at: 'after' });
      expect(await clusterErrorOf(client.create(object, MANAGER))).toMatchObject({ status: 409 });
      expect(await client.get(referenceOf(object))).toMatchObject({ data: { holder: 'them' } });
    });
  });

  describe('a replace of a version', () => {
    const prepare = async (): Promise<KubernetesObject> =>
      client.create(fresh({ value: '1', extra: '1' }), MANAGER);

    test.each(titled([...AFTER, ...BEFORE]))('that ends in %s is done once', async (_title, fault) => {
      const before = await prepare();
      fail('update', fault);
      const after = await client.replace({ ...before, data: { value: '2' } }, MANAGER);
      expect(after['data']).toEqual({ value: '2' });
      expect(count('update')).toBe(AFTER.includes(fault) ? 1 : 2);
    });

    test('whose answer is lost does not overwrite what another wrote since', async () => {
      const before = await prepare();
      fail('update', { kind: 'stall', at: 'before' });
      const wanted = client.replace({ ...before, data: { value: '2' } }, MANAGER);
      const other = await createQuickClient(cluster().kubeconfig);
      await other.replace({ ...before, data: { value: 'theirs' } }, { fieldManager: 'other' });
      const error = await clusterErrorOf(wanted);
      expect(error.message).toContain('Whether it was carried out is not known.');
      expect(error.isOutcomeUnknown).toBe(true);
      expect(await client.get(referenceOf(before))).toMatchObject({ data: { value: 'theirs' } });
    });
  });

  describe('a patch', () => {
    test.each(titled([...AFTER, ...BEFORE]))('that ends in %s shows once', async (_title, fault) => {
      const object = await client.create(fresh({ value: '1' }), MANAGER);
      fail('patch', fault);
      const body = { data: { value: null, other: '2' } };
      const after = await client.patch(referenceOf(object), { type: 'merge', body }, MANAGER);
      expect(after['data']).toEqual({ other: '2' });
      expect(count('patch')).toBe(AFTER.includes(fault) ? 1 : 2);
    });

    test('of a list position is not made again where it may have been done', async () => {
      const object = fresh();
      const finalizers = ['a.example/1'];
      await client.create({ ...object, metadata: { ...object.metadata, finalizers } }, MANAGER);
      fail('patch', { kind: 'reset', at: 'after' });
      const body = [{ op: 'add', path: '/metadata/finalizers/-', value: 'a.example/2' }];
      const error = await clusterErrorOf(client.patch(referenceOf(object), { type: 'json', body }, MANAGER));
      expect(error).toMatchObject({ status: null });
      expect(error.message).toContain('Whether it was carried out is not known.');
      const found = await client.get(referenceOf(object));
      expect(found?.metadata.finalizers).toEqual(['a.example/1', 'a.example/2']);
    });
  });

  test.each(titled([...AFTER, ...BEFORE]))('an apply that ends in %s is in effect', async (_title, fault) => {
    const object = fresh({ a: '1', b: '1' });
    await client.apply(object, MANAGER);
    fail('apply', fault);
    expect((await client.apply({ ...object, data: { a: '2' } }, MANAGER))['data']).toEqual({ a: '2' });
  });

  test.each(titled([...AFTER, ...BEFORE]))(
    'taking over that ends in %s is in effect',
    async (_title, fault) => {
      const object = fresh({ a: '1', stale: '1' });
      await client.create(object, { fieldManager: 'kubectl-client-side-apply' });
      fail('patch', fault);
      const options = { ...MANAGER, takeOverFrom: ['kubectl-client-side-apply'] };
      expect((await client.apply({ ...object, data: { a: '2' } }, options))['data']).toEqual({ a: '2' });
    },
  );

  describe('a delete', () => {
    test.each(titled([...AFTER, ...BEFORE]))('that ends in %s is done', async (_title, fault) => {
      const object = await client.create(fresh(), MANAGER);
      fail('delete', fault);
      expect(await client.delete(referenceOf(object))).toBe(true);
      expect(await client.get(referenceOf(object))).toBeNull();
    });

    test('whose answer is lost does not take what came in its place', async () => {
      const object = await client.create(fresh(), MANAGER);
      const other = await createQuickClient(cluster().kubeconfig);
      proxy.add({ match: { verb: 'delete' }, nth: 1, fault: { kind: 'stall', at: 'after' } });
      const deleted = client.delete(referenceOf(object));
      while ((await other.get(referenceOf(object))) !== null) await new Promise(setImmediate);
      const next = await other.create(configMap(namespace, object.metadata.name), MANAGER);
      expect(await deleted).toBe(true);
      expect((await client.get(referenceOf(object)))?.metadata.uid).toBe(next.metadata.uid);
    });
  });

  test('a list whose snapshot expires begins anew, and says so once', async () => {
    const other = await ownNamespace(cluster());
    for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(configMap(other, name), MANAGER);
    proxy.add({ match: { verb: 'list', isContinued: true }, nth: 2, fault: { kind: 'expired' } });
    const pages = await pagesOf(client, CONFIG_MAP, { namespace: other, pageSize: 2 });
    expect(pages.map(({ isRestart }) => isRestart)).toEqual([false, false, true, false, false]);
    expect(pages.slice(2).flatMap((page) => page.items)).toHaveLength(5);
  });

  test('a list whose snapshots always expire is read in one piece', async () => {
    const other = await ownNamespace(cluster());
    for (const name of ['a', 'b', 'c']) await client.create(configMap(other, name), MANAGER);
    proxy.add({ match: { verb: 'list', isContinued: true }, fault: { kind: 'expired' } });
    const pages = await pagesOf(client, CONFIG_MAP, { namespace: other, pageSize: 2 });
    expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 2, 3]);
    expect(pages.at(-1)).toMatchObject({ isRestart: true, remaining: 0 });
  });

  describe('a watch', () => {
    let stop: AbortController;
    let own: string;

    beforeEach(async () => {
      stop = new AbortController();
      own = await ownNamespace(cluster());
    });

    afterEach(() => stop.abort());

    const start = (): ReturnType<typeof follow> =>
      follow(client.watch(CONFIG_MAP, { namespace: own, signal: stop.signal }));

    test('goes on where its connection broke, and loses nothing', async () => {
      const follower = start();
      expect(await follower.next()).toBe('snapshot ');
      await client.create(configMap(own, 'a'), MANAGER);
      expect(await follower.next()).toBe('added a');
      proxy.breakWatches();
      await client.create(configMap(own, 'b'), MANAGER);
      await client.delete({ ...CONFIG_MAP, namespace: own, name: 'a' });
      expect([await follower.next(), await follower.next()]).toEqual(['added b', 'deleted a']);
    });

    test.each<[string, Fault]>([
      ['410', { kind: 'expired' }],
      ['410 as an answer', { kind: 'status', status: 410 }],
    ])('begins with a new snapshot after %s', async (_title, fault) => {
      proxy.add({ match: { verb: 'watch' }, nth: 1, fault });
      const follower = start();
      expect(await follower.next()).toBe('snapshot ');
      await client.create(configMap(own, 'a'), MANAGER);
      expect(await follower.next()).toBe('snapshot a');
      await client.create(configMap(own, 'b'), MANAGER);
      expect(await follower.next()).toBe('added b');
    });

    test.each(titled([...BEFORE, { kind: 'half' }]))('comes about after %s', async (_title, fault) => {
      proxy.add({ match: { verb: 'watch' }, nth: 1, fault });
      const follower = start();
      expect(await follower.next()).toBe('snapshot ');
      const event = follower.next();
      await client.create(configMap(own, 'a'), MANAGER);
      expect(await event).toBe('added a');
    });

    test('does not ask in a loop where every connection ends at once', async () => {
      proxy.add({ match: { verb: 'watch' }, fault: { kind: 'status', status: 503 } });
      const patient = await createQuickClient(proxy.kubeconfig, { timing: REAL_TIMING });
      const follower = follow(patient.watch(CONFIG_MAP, { namespace: own, signal: stop.signal }));
      await follower.next();
      const event = follower.next();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(proxy.seen.count('watch', 'configmaps')).toBeLessThan(6);
      stop.abort();
      expect(await event).toBe('end');
    });

    test('of a server that keeps refusing ends with an error', async () => {
      proxy.add({ match: { verb: 'watch' }, fault: { kind: 'status', status: 403 } });
      const follower = start();
      await follower.next();
      expect(await clusterErrorOf(follower.next())).toMatchObject({ verb: 'watch', status: 403 });
    });
  });

  test('writes that are always refused end with an error after some attempts', async () => {
    proxy.refuseWrites(503);
    const error = await clusterErrorOf(client.create(fresh(), MANAGER));
    expect(error).toMatchObject({ verb: 'create', status: 503 });
    expect(error.message).toMatch(/\(8 attempts in \d+ s\)/);
    expect(error.message).not.toContain('not known');
  });

  test('a dry run that fails is simply made again', async () => {
    fail('create', { kind: 'reset', at: 'after' });
    const object = fresh({ a: '1' });
    expect(await client.create(object, { ...MANAGER, dryRun: true })).toMatchObject({ data: { a: '1' } });
    expect([count('create'), count('get')]).toEqual([2, 0]);
    expect(await client.get(referenceOf(object))).toBeNull();
  });

  test.each([1, 2])(
    'a long sequence with faults in every fifth request ends as without (seed %i)',
    async (seed) => {
      const bad = await startFaultProxy({ kubeconfig: cluster().kubeconfig, seed });
      const shaken = await createQuickClient(bad.kubeconfig, { silenceMs: 500 });
      const [one, other] = [await ownNamespace(cluster()), await ownNamespace(cluster())];
      bad.disturb(0.2);
      try {
        const [calm, rough] = [await play(client, one), await play(shaken, other)];
        expect(rough).toEqual(calm);
        const faults = bad.seen.requests().filter((request) => request.fault !== null);
        expect(faults.length).toBeGreaterThan(10);
        const made = bad.seen.writes().filter(({ verb, status }) => verb === 'create' && status === 201);
        expect(made).toHaveLength(OBJECTS);
      } finally {
        await bad.stop();
      }
    },
  );
});

/** Writes of every sort; what they leave, without what differs from run to run. */
async function play(client: ClusterClient, namespace: string): Promise<unknown> {
  const at = (name: string): ObjectReference => ({ ...CONFIG_MAP, namespace, name });
  for (let index = 0; index < OBJECTS; index++) {
    const name = `object-${index}`;
    const made = await client.create(configMap(namespace, name, { value: '0', stale: 'x' }), {
      fieldManager: 'kubectl-client-side-apply',
    });
    await client.patch(
      at(name),
      { type: 'merge', body: { data: { patched: `${index}` } } },
      { fieldManager: 'patcher' },
    );
    const options = { fieldManager: 'applier', takeOverFrom: ['kubectl-client-side-apply'] };
    await client.apply(configMap(namespace, name, { value: '1' }), { ...options, dryRun: true });
    const applied = await client.apply(configMap(namespace, name, { value: '1' }), options);
    await client.replace({ ...applied, data: { ...(applied['data'] as object), replaced: 'yes' } }, MANAGER);
    if (index % 3 === 0) await client.delete(at(name), { uid: made.metadata.uid ?? '' });
  }
  const objects: unknown[] = [];
  for await (const page of client.list(CONFIG_MAP, { namespace, pageSize: 2 })) {
    if (page.isRestart) objects.length = 0;
    for (const item of page.items) {
      const managers = (item.metadata.managedFields ?? []).map(({ manager, operation }) => [
        manager,
        operation,
      ]);
      objects.push({ name: item.metadata.name, data: item['data'], managers: managers.sort() });
    }
  }
  return objects;
}
