import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { ClusterClient, KubernetesObject, ListPage } from '../../../src/ports/cluster-client.js';
import { type FaultProxy, startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { concurrently } from '../../../test-cluster/ready-made/concurrently.js';
import { configMap, CONFIG_MAP, pagesOf } from '../../ports/cluster-client-contract.js';
import { createQuickClient } from './quick-client.js';

/** With TEST_CLUSTER_LARGE=1 as many as are in a large cluster; that takes a minute. */
const [OBJECTS, PAGE] = process.env['TEST_CLUSTER_LARGE'] === '1' ? [10_000, 500] : [1000, 50];
const PAGES = OBJECTS / PAGE;
const NAMES = Array.from({ length: OBJECTS }, (_, index) => `object-${String(index).padStart(5, '0')}`);
const MANAGER = { fieldManager: 'test' };
/** Requests at a time. */
const WIDTH = 32;

describeWithCluster('a long list', { controllers: false }, (cluster) => {
  let proxy: FaultProxy;
  let client: ClusterClient;
  let namespace: string;

  beforeAll(async () => {
    proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig });
    client = await createQuickClient(proxy.kubeconfig, { silenceMs: 30_000 });
    namespace = await ownNamespace(cluster());
    const direct = await createQuickClient(cluster().kubeconfig, { silenceMs: 30_000 });
    const data = { text: 'x'.repeat(500) };
    await concurrently(NAMES, WIDTH, (name) => direct.create(configMap(namespace, name, data), MANAGER));
  }, 300_000);

  afterEach(() => proxy.heal());

  afterAll(async () => {
    await cluster().api.call('DELETE', `/api/v1/namespaces/${namespace}/configmaps`);
    await proxy.stop();
  });

  const list = (): Promise<readonly ListPage[]> => pagesOf(client, CONFIG_MAP, { namespace, pageSize: PAGE });
  const reference = (
    name: string,
  ): { name: string; namespace: string; apiVersion: string; kind: string } => ({
    ...CONFIG_MAP,
    namespace,
    name,
  });

  /** Adds and removes objects, one after another, while `run` goes on; gives what it gave, and how many were added. */
  async function whileOthersWrite<T>(run: () => Promise<T>): Promise<readonly [T, number]> {
    let isDone = false;
    let added = 0;
    const write = async (): Promise<void> => {
      for (; !isDone; added++) {
        await client.create(configMap(namespace, `passing-${added}`), MANAGER);
        if (added >= 3) await client.delete(reference(`passing-${added - 3}`));
      }
    };
    const writing = write();
    const result = await run();
    isDone = true;
    await writing;
    for (const index of [1, 2, 3]) await client.delete(reference(`passing-${added - index}`));
    return [result, added];
  }

  test('has every object once, in pages of one snapshot', async () => {
    const pages = await list();
    expect(namesOf(pages)).toEqual(NAMES);
    expect(pages).toHaveLength(PAGES);
    expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
    expect(pages.map(({ remaining }) => remaining)).toEqual(
      NAMES.slice(0, PAGES).map((_, page) => OBJECTS - (page + 1) * PAGE),
    );
  });

  test('has every object once while others are added and removed, and nothing from after it began', async () => {
    const [lists, added] = await whileOthersWrite(async () => [await list(), await list(), await list()]);
    expect(added).toBeGreaterThan(10);
    for (const pages of lists) {
      const names = namesOf(pages);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => name.startsWith('object-'))).toEqual(NAMES);
      const snapshot = Number(pages[0]?.resourceVersion);
      expect(pages.flatMap(itemsOf).filter((item) => versionOf(item) > snapshot)).toEqual([]);
    }
  });

  test('still has what was removed after its first page', async () => {
    const names: string[] = [];
    const last = NAMES.at(-1) ?? '';
    for await (const page of client.list(CONFIG_MAP, { namespace, pageSize: PAGE })) {
      if (names.length === 0) await client.delete(reference(last));
      names.push(...page.items.map(({ metadata }) => metadata.name));
    }
    await client.create(configMap(namespace, last), MANAGER);
    expect(names).toEqual(NAMES);
  });

  test.each([1, PAGES - 1])(
    'that expires after page %i begins anew, and has every object once from there',
    async (nth) => {
      proxy.add({ match: { isContinued: true }, nth, fault: { kind: 'expired' } });
      const [pages] = await whileOthersWrite(list);
      const restart = pages.findIndex(({ isRestart }) => isRestart);
      expect(restart).toBe(nth);
      expect(pages.filter(({ isRestart }) => isRestart)).toHaveLength(1);
      const names = namesOf(pages.slice(restart));
      expect(names.filter((name) => name.startsWith('object-'))).toEqual(NAMES);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  test('has every object once where every fifth request fails', async () => {
    proxy.seen.clear();
    proxy.disturb(0.2, [
      { kind: 'reset', at: 'after' },
      { kind: 'half' },
      { kind: 'status', status: 429, retryAfterSeconds: 0 },
    ]);
    expect(namesOf(await list())).toEqual(NAMES);
    expect(proxy.seen.requests().filter(({ fault }) => fault !== null).length).toBeGreaterThan(0);
  });
});

const itemsOf = ({ items }: ListPage): readonly KubernetesObject[] => items;

function namesOf(pages: readonly ListPage[]): readonly string[] {
  return pages.flatMap(itemsOf).map(({ metadata }) => metadata.name);
}

function versionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.resourceVersion);
}
