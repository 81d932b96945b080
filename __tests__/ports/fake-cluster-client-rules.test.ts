import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import {
  clusterErrorOf,
  configMap,
  CONFIG_MAP,
  daemonSet,
  follow,
  pagesOf,
  referenceOf,
} from './cluster-client-contract.js';
import { createFakeClusterClient, type FakeClusterClient, served } from './fake-cluster-client.js';

const MANAGER = { fieldManager: 'm' };
const WIDGET = { apiVersion: 'x.example/v1', kind: 'Widget' };

let client: FakeClusterClient;

beforeEach(() => {
  client = createFakeClusterClient({ now: () => '2026-01-01T00:00:00Z' });
});

const at = (name: string): ObjectReference => ({ ...CONFIG_MAP, namespace: 'default', name });
const widget = (name: string): KubernetesObject => ({ ...WIDGET, metadata: { name, namespace: 'default' } });

function definition(...versions: readonly string[]): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.x.example' },
    spec: {
      group: 'x.example',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: versions.map((name) => ({ name, served: true })),
    },
  };
}

describe('a definition of a fake', () => {
  const versionsOf = async (): Promise<readonly string[]> =>
    (await client.discover()).kinds
      .filter(({ kind }) => kind === 'Widget')
      .map(({ apiVersion }) => apiVersion);

  test('brings its kinds, and takes them and their objects along when it goes', async () => {
    await client.create(definition('v1'), MANAGER);
    await client.create(widget('a'), MANAGER);
    expect(await versionsOf()).toEqual(['x.example/v1']);
    await client.delete(referenceOf(definition('v1')));
    expect(await versionsOf()).toEqual([]);
    expect(await client.get(referenceOf(widget('a')))).toBeNull();
    expect(await clusterErrorOf(client.create(widget('b'), MANAGER))).toMatchObject({ status: 404 });
  });

  test('serves what its last version says', async () => {
    await client.create(definition('v1', 'v2'), MANAGER);
    await client.replace(definition('v2', 'v3'), MANAGER);
    expect(await versionsOf()).toEqual(['x.example/v2', 'x.example/v3']);
  });

  test('does not take along a kind that the fake was given', async () => {
    client = createFakeClusterClient({ kinds: [served('x.example/v1', 'Widget', 'widgets')] });
    await client.create(definition('v1'), MANAGER);
    await client.create(widget('a'), MANAGER);
    client.remove(referenceOf(definition('v1')));
    expect(await client.get(referenceOf(widget('a')))).not.toBeNull();
  });
});

describe('operations of a JSON patch', () => {
  const patched = async (data: unknown, ...body: readonly Record<string, unknown>[]): Promise<unknown> => {
    client.set({ ...configMap('default', 'a'), data });
    return (await client.patch(at('a'), { type: 'json', body }, MANAGER))['data'];
  };

  test.each<[string, unknown, Record<string, unknown>, unknown]>([
    ['add to the end of a list', { l: [1] }, { op: 'add', path: '/data/l/-', value: 2 }, { l: [1, 2] }],
    ['add within a list', { l: [1, 3] }, { op: 'add', path: '/data/l/1', value: 2 }, { l: [1, 2, 3] }],
    ['replace a list item', { l: [1, 3] }, { op: 'replace', path: '/data/l/0', value: 2 }, { l: [2, 3] }],
    ['remove a list item', { l: [1, 3] }, { op: 'remove', path: '/data/l/0' }, { l: [3] }],
    ['replace what is not there', {}, { op: 'replace', path: '/data/k', value: 2 }, { k: 2 }],
    ['add what is there', { k: 1 }, { op: 'add', path: '/data/k', value: 2 }, { k: 2 }],
    ['read escapes', {}, { op: 'add', path: '/data/a~1b~0c', value: 2 }, { 'a/b~c': 2 }],
  ])('%s', async (_title, data, operation, expected) => {
    expect(await patched(data, operation)).toEqual(expected);
  });

  test('compare values, whatever the order of its members', async () => {
    const test_ = { op: 'test', path: '/data/k', value: { a: 1, b: 2 } };
    const change = { op: 'add', path: '/data/done', value: 'yes' };
    expect(await patched({ k: { b: 2, a: 1 } }, test_, change)).toMatchObject({ done: 'yes' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['replaces a list item that is not there', { op: 'replace', path: '/data/l/3', value: 1 }],
    ['removes what is not there', { op: 'remove', path: '/data/none' }],
    ['adds below what is not there', { op: 'add', path: '/data/none/below', value: 1 }],
    ['tests another value', { op: 'test', path: '/data/k', value: 2 }],
    ['is one that the fake does not know', { op: 'move', from: '/data/k', path: '/data/l' }],
  ])('refuse all where one %s', async (_title, operation) => {
    const first = { op: 'add', path: '/data/first', value: 1 };
    expect(await clusterErrorOf(patched({ k: 1, l: [1] }, first, operation))).toMatchObject({ status: 422 });
    expect(await client.get(at('a'))).toMatchObject({ data: { k: 1 } });
  });
});

describe('what is being deleted', () => {
  test('keeps the time at which that began', async () => {
    let time = 0;
    client = createFakeClusterClient({ now: () => `2026-01-01T00:00:0${time++}Z` });
    const held = configMap('default', 'a');
    await client.create({ ...held, metadata: { ...held.metadata, finalizers: ['x.example/f'] } }, MANAGER);
    await client.delete(at('a'));
    const first = (await client.get(at('a')))?.metadata.deletionTimestamp;
    await client.delete(at('a'));
    expect((await client.get(at('a')))?.metadata.deletionTimestamp).toBe(first);
  });

  test('goes with its namespace', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } };
    await client.create(namespace, MANAGER);
    await client.create(configMap('n', 'a'), MANAGER);
    await client.create(configMap('default', 'a'), MANAGER);
    await client.delete(referenceOf(namespace));
    const [page] = await pagesOf(client, CONFIG_MAP, {});
    expect(page?.items.map(({ metadata }) => metadata.namespace)).toEqual(['default']);
  });
});

test('what a controller puts there keeps who it is, and who manages it', async () => {
  const made = await client.create(daemonSet('default', []), MANAGER);
  client.set({ ...daemonSet('default', []), status: { numberReady: 3 } });
  const seen = await client.get(referenceOf(made));
  expect(seen).toMatchObject({ status: { numberReady: 3 }, metadata: { uid: made.metadata.uid } });
  expect(seen?.metadata.managedFields).toEqual(made.metadata.managedFields);
});

test('a selector takes fields, numbers too, and spaces where people write them', async () => {
  client.set({ ...configMap('default', 'a', {}, { k: 'x' }), spec: { size: 3 } });
  client.set(configMap('default', 'b', {}, { k: 'y' }));
  const names = async (options: object): Promise<readonly string[]> =>
    (await pagesOf(client, CONFIG_MAP, options)).flatMap(({ items }) =>
      items.map(({ metadata }) => metadata.name),
    );
  expect(await names({ fieldSelector: 'spec.size=3' })).toEqual(['a']);
  expect(await names({ fieldSelector: 'spec.size!=3,metadata.namespace==default' })).toEqual(['b']);
  expect(await names({ labelSelector: 'k in (x,  y), k != x' })).toEqual(['b']);
  expect(await names({ labelSelector: 'k notin(x)' })).toEqual(['b']);
});

test('a watch that ends by its signal while it waits leaves nothing behind', async () => {
  const stop = new AbortController();
  const follower = follow(client.watch(CONFIG_MAP, { signal: stop.signal }));
  expect(await follower.next()).toBe('snapshot ');
  const waiting = follower.next();
  stop.abort();
  expect(await waiting).toBe('end');
  client.set(configMap('default', 'a'));
  expect(await follower.next()).toBe('end');
});

test('what may be done, and what is at paths, is as the fake was told', async () => {
  client = createFakeClusterClient({
    isAllowed: ({ verb }) => verb === 'get',
    paths: { '/openapi/v3': '{}', '/readyz': 'not ok' },
    failedGroups: ['metrics.k8s.io'],
    gitVersion: 'v1.30.0',
  });
  const access = { group: '', resource: 'pods' };
  expect(await client.canI({ ...access, verb: 'get' })).toMatchObject({ isAllowed: true });
  expect(await client.canI({ ...access, verb: 'delete' })).toMatchObject({ isAllowed: false });
  expect([await client.read('/openapi/v3'), await client.read('/readyz')]).toEqual(['{}', 'not ok']);
  expect((await client.discover()).failedGroups).toEqual(['metrics.k8s.io']);
  expect((await client.version()).gitVersion).toBe('v1.30.0');
});
