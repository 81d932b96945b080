import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type FaultProxy, startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { eventually } from '../eventually.js';
import { createPlainClient, type PlainAnswer, type PlainClient } from './plain-client.js';

const PROJECT = join(import.meta.dirname, '..', '..', '..');

describeWithCluster('a real API server behind the fault proxy', { controllers: false }, (cluster) => {
  let proxy: FaultProxy;
  let client: PlainClient;
  let path: string;

  beforeAll(async () => {
    proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig });
    client = createPlainClient(proxy.kubeconfig);
  });

  beforeEach(async () => {
    path = `/api/v1/namespaces/${await ownNamespace(cluster())}/configmaps`;
    proxy.seen.clear();
  });

  afterEach(() => proxy.heal());

  afterAll(async () => {
    client.close();
    await proxy.stop();
  });

  const create = (name: string): Promise<PlainAnswer> =>
    client.ask({
      method: 'POST',
      path,
      body: JSON.stringify({ metadata: { name } }),
      headers: { 'content-type': 'application/json' },
    });

  /** Names of the objects that are there, past the proxy. */
  async function namesThere(): Promise<readonly string[]> {
    const { items } = await cluster().api.call<{ items: { metadata: { name: string } }[] }>('GET', path);
    return items.map(({ metadata }) => metadata.name);
  }

  test('knows the user of the kubeconfig by their certificate', async () => {
    const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    const asked = { path: review, method: 'POST', body, headers: { 'content-type': 'application/json' } };
    const { status, text } = await client.ask(asked);
    expect(status).toBe(201);
    expect(text).toContain('system:masters');
    expect(proxy.seen.writes()).toEqual([]);
  });

  test.each(['before', 'after'] as const)('is cut off %s every write in turn', async (at) => {
    const names = ['a', 'b', 'c'];
    for (let nth = 1; nth <= names.length; nth++) {
      proxy.cutAtWrite(nth, at);
      for (const name of names) await create(name);
      expect(await namesThere()).toEqual(names.slice(0, at === 'before' ? nth - 1 : nth));
      proxy.heal();
      await cluster().api.call('DELETE', path);
    }
  });

  test.each(['before', 'after'] as const)('kills a program %s its second write', async (at) => {
    const script = `
      import { createClusterClient } from '${PROJECT}/src/adapters/kubernetes/cluster-client.ts';
      const client = await createClusterClient(process.env.PROXY_KUBECONFIG, null);
      for (const name of ['a', 'b', 'c'])
        await client.create(
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: process.env.NAMESPACE } },
          { fieldManager: 'm' },
        );`;
    const env = { ...process.env, PROXY_KUBECONFIG: proxy.kubeconfig, NAMESPACE: path.split('/')[4] };
    const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      cwd: PROJECT,
      env,
      stdio: 'inherit',
    });
    proxy.cutAtWrite(2, at, () => program.kill('SIGKILL'));
    const [, signal] = (await once(program, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    expect(await namesThere()).toEqual(at === 'before' ? ['a'] : ['a', 'b']);
    expect(proxy.seen.count('get', 'configmaps')).toBe(0);
  });

  test('fails the N-th create of ConfigMaps, and no other', async () => {
    const fault = { kind: 'status', status: 500 } as const;
    proxy.add({ match: { verb: 'create', resource: 'configmaps' }, nth: 2, fault });
    expect([(await create('a')).status, (await create('b')).status, (await create('c')).status]).toEqual([
      201, 500, 201,
    ]);
    expect(await namesThere()).toEqual(['a', 'c']);
  });

  test('gives half of a list', async () => {
    await create('a');
    const whole = await client.ask({ path });
    proxy.add({ match: { verb: 'list' }, fault: { kind: 'half' } });
    const half = await client.ask({ path });
    expect(half).toMatchObject({ status: 200, ending: 'broken' });
    expect(half.text).toBe(whole.text.slice(0, Math.floor(whole.text.length / 2)));
  });

  test('says no more in a watch that stalls', async () => {
    const watch = client.start({ path: `${path}?watch=true` });
    await create('a');
    await eventually(() => Promise.resolve(watch.text().includes('"name":"a"') ? true : null), 5000);
    proxy.stallWatches();
    await create('b');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(watch.text()).not.toContain('"name":"b"');
    watch.hangUp();
    expect((await watch.answer).ending).toBe('silent');
  });

  test('refuses an exec of a pod that is not there in its own words', async () => {
    const answer = await client.upgrade(path.replace('configmaps', 'pods/none/exec?command=true'));
    expect(answer).toMatchObject({ status: 404, ending: 'whole' });
    expect((answer as PlainAnswer).text).toContain('pods \\"none\\" not found');
  });

  test.each(['watch=true', 'limit=1&continue=abc'])('says of %s that it has expired', async (query) => {
    proxy.add({ fault: { kind: 'expired' } });
    expect((await client.ask({ path: `${path}?${query}` })).text).toContain('"code":410');
  });
});
