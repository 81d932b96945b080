import { afterEach, describe, expect, test } from '@jest/globals';
import { startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { renderKubeconfig } from '../../adapters/kubernetes/render-kubeconfig.js';
import { createPlainClient } from './plain-client.js';
import { CONFIG_MAPS, create, type Scene, startScene } from './scene.js';

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(seed = 1): Promise<Scene> {
  const scene = await startScene({ seed });
  undo.push(scene.stop);
  return scene;
}

/** What befalls each request of a sequence, and how it ends for the client. */
async function playDisturbed(seed: number): Promise<readonly string[]> {
  const scene = await start(seed);
  scene.proxy.disturb(0.5);
  for (let index = 0; index < 10; index++) {
    await create(scene, `object-${index}`, 1000);
    await scene.client.ask({ path: `${CONFIG_MAPS}?continue=abc` }, 1000);
  }
  return scene.proxy.seen
    .requests()
    .map(({ verb, fault, isForwarded, status }) => `${verb} ${fault} ${isForwarded} ${status}`);
}

test('a failure can be repeated: the same seed makes the same faults, and what they are to the server', async () => {
  const first = await playDisturbed(4);
  expect(first.filter((line) => !line.includes(' null true 200')).length).toBeGreaterThan(5);
  expect(await playDisturbed(4)).toEqual(first);
  expect(await playDisturbed(5)).not.toEqual(first);
}, 60_000);

describe('the server sees', () => {
  test('the token that the client brings', async () => {
    const { client, api } = await start();
    await client.ask({ path: '/version' });
    expect(api.seen[0]?.headers.authorization).toBe('Bearer abcdef');
    expect(api.seen[0]?.commonName).toBe('');
  });

  test('the certificate of the kubeconfig, where the client brings nothing', async () => {
    const { api } = await start();
    const { certificate, key } = api.authority.issue({ commonName: 'jane', usages: ['client'] });
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    const user = { 'client-certificate-data': encoded(certificate), 'client-key-data': encoded(key) };
    const kubeconfig = renderKubeconfig({ server: api.server, authority: api.authority.certificate, user });
    const proxy = await startFaultProxy({ kubeconfig });
    const client = createPlainClient(proxy.kubeconfig);
    undo.push(proxy.stop, client.close);
    await client.ask({ path: '/version' });
    await client.ask({ path: '/version', headers: { authorization: 'Bearer other' } });
    expect(api.seen.map(({ commonName }) => commonName)).toEqual(['jane', '']);
    expect(proxy.kubeconfig).not.toContain(user['client-key-data']);
  });
});

test('what came by is told, counted and forgotten', async () => {
  const scene = await start();
  const { seen } = scene.proxy;
  await create(scene, 'a');
  await create(scene, 'b');
  await scene.client.ask({ method: 'POST', path: `${CONFIG_MAPS}?dryRun=All`, body: '{}' });
  await scene.client.ask({ path: CONFIG_MAPS });
  await scene.client.ask({ path: '/apis/apps/v1' });
  expect(seen.counts()).toEqual({
    'create configmaps': 2,
    'dry-run create configmaps': 1,
    'list configmaps': 1,
    'get ': 1,
  });
  expect(seen.writes()).toHaveLength(2);
  expect(seen.dryRuns()).toHaveLength(1);
  expect(seen.count('list', 'configmaps')).toBe(1);
  seen.clear();
  expect(seen.counts()).toEqual({});
});

test('a proxy that has stopped brings nothing any more, what latency held back neither', async () => {
  const scene = await start();
  scene.proxy.add({ fault: { kind: 'latency', ms: 100 } });
  const late = create(scene, 'late');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await scene.proxy.stop();
  expect(await late).toMatchObject({ status: null, ending: 'broken' });
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(scene.arrived()).toEqual([]);
});
