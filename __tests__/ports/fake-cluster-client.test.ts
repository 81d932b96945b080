import { expect, test } from '@jest/globals';
import { configMap, CONFIG_MAP, describeClusterClient, follow, pagesOf } from './cluster-client-contract.js';
import { createFakeClusterClient, refusal } from './fake-cluster-client.js';

describeClusterClient('fake', () => {
  const client = createFakeClusterClient({
    objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'contract' } }],
  });
  return Promise.resolve({ client, namespace: 'contract' });
});

test('a fake begins a list anew when it is told to', async () => {
  const client = createFakeClusterClient({
    objects: ['a', 'b', 'c'].map((name) => configMap('default', name)),
  });
  const starts: boolean[] = [];
  for await (const page of client.list(CONFIG_MAP, { pageSize: 2 })) {
    starts.push(page.isRestart);
    if (starts.length === 1) client.expireLists();
  }
  expect(starts).toEqual([false, true, false]);
});

test('a fake begins a watch anew when it is told to', async () => {
  const client = createFakeClusterClient({ objects: [configMap('default', 'a')] });
  const follower = follow(client.watch(CONFIG_MAP));
  expect(await follower.next()).toBe('snapshot a');
  client.set(configMap('default', 'b'));
  client.expireWatches();
  expect(await follower.next()).toBe('snapshot a b');
});

test('a fake throws what it is told to throw, and tells what it was asked', async () => {
  const client = createFakeClusterClient({
    onCall({ verb, kind }) {
      if (verb === 'list') throw refusal('list', kind, 403, 'forbidden');
    },
  });
  await expect(pagesOf(client, CONFIG_MAP, {})).rejects.toMatchObject({ code: 'cluster', status: 403 });
  await client.get({ ...CONFIG_MAP, namespace: 'default', name: 'a' });
  expect(client.calls.map(({ verb, name }) => `${verb} ${name}`)).toEqual(['list ', 'get a']);
});

test('a fake runs commands and gives logs as it is told to, of pods that are there', async () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } };
  const client = createFakeClusterClient({
    objects: [pod],
    exec: ({ command }) => ({ exitCode: 3, stdout: command.join(' '), stderr: '' }),
    logs: ({ container }) => `log of ${container}`,
  });
  const asked = { namespace: 'default', pod: 'p', container: 'c' };
  expect(await client.exec({ ...asked, command: ['a', 'b'], timeoutMs: 1 })).toMatchObject({
    exitCode: 3,
    stdout: 'a b',
  });
  expect(await client.logs(asked)).toBe('log of c');
});

test('what a fake gives out cannot be changed', async () => {
  const client = createFakeClusterClient({ objects: [configMap('default', 'a', { value: '1' })] });
  const object = await client.get({ ...CONFIG_MAP, namespace: 'default', name: 'a' });
  expect(() => Object.assign(object?.['data'] as object, { value: '2' })).toThrow(TypeError);
});
