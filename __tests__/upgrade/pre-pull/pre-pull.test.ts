import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ClusterError } from '../../../src/errors.js';
import { pullPod } from '../../../src/upgrade/pre-pull/pull-pod.js';
import { buildNode } from '../../cluster/build-state.js';
import type { FakeClusterClient } from '../../ports/fake-cluster-client.js';
import { countingWatches, turns } from '../gates/build-waiting.js';
import {
  CALICO_NODE,
  CNI,
  createKubelets,
  IMAGES,
  type Kubelet,
  lacks,
  NAMESPACE,
  POD,
  pull,
  pulls,
} from './kubelets.js';

const silent: Kubelet = () => [];

describe('prePull', () => {
  test('pulls what each node lacks, says how long it took, and leaves nothing', async () => {
    const { client, made, pods } = createKubelets({ a: pulls, b: pulls, c: pulls });
    const holding = buildNode('b', { images: [CALICO_NODE] });
    const full = buildNode('c', { images: [CALICO_NODE, CNI] });
    const result = await pull(client, ['a', holding, full, buildNode('d', { isReady: false })]);
    expect(result).toMatchObject({
      outcome: 'done',
      failure: null,
      pulled: [
        { node: 'a', images: [CALICO_NODE, CNI] },
        { node: 'b', images: [CNI] },
      ],
      held: ['c'],
      warnings: [],
    });
    expect(result.leftOut.map(({ node }) => node)).toEqual(['d']);
    expect(result.pulled.every(({ ms }) => ms >= 0 && ms <= result.ms)).toBe(true);
    expect(made).toHaveLength(2);
    expect(pods()).toEqual([]);
  });

  test('where nothing is lacking no pod is made and nothing is watched', async () => {
    const { client } = createKubelets({ a: pulls });
    const result = await pull(client, [buildNode('a', { images: [CALICO_NODE, CNI] })]);
    expect(result).toMatchObject({ outcome: 'done', held: ['a'], pulled: [] });
    expect(client.calls.map(({ verb }) => verb)).toEqual(['list']);
  });

  test('an image that one node cannot pull ends it, with what the runtime said there', async () => {
    const said = 'failed to pull and unpack image: 429 Too Many Requests';
    const { client, pods } = createKubelets({ a: pulls, b: lacks(CNI, said), c: silent, d: pulls });
    const { client: counted, open } = countingWatches(client);
    // The one that says nothing is not waited for
    const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve());
      });
    const result = await pull(counted, ['a', 'b', 'c', 'd'], { width: 3, sleep });
    expect(result.outcome).toBe('failed');
    expect(result.failure).toEqual({
      kind: 'image',
      node: 'b',
      image: CNI,
      message: `Node b cannot pull ${CNI}: ${said}`,
    });
    expect(pods()).toEqual([]);
    await turns();
    expect(open()).toBe(0);
  });

  test('the message comes from the pod’s events where its status has only the pause', async () => {
    const { client } = createKubelets({ a: (pod) => lacks(CNI)(pod).slice(1) });
    const tell = async (): Promise<void> => {
      const [pod] = client.objects().filter(({ kind }) => kind === 'Pod');
      for (const [name, message] of [
        ['1', `Failed to pull image "${CNI}": manifest unknown`],
        ['2', 'something else'],
      ] as const)
        client.set({
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace: NAMESPACE },
          type: 'Warning',
          involvedObject: { name: pod?.metadata.name },
          message,
          lastTimestamp: `2026-11-27T10:00:0${name}Z`,
        });
      await Promise.resolve();
    };
    const telling: FakeClusterClient = {
      ...client,
      create: async (...args) => {
        const made = await client.create(...args);
        await tell();
        return made;
      },
    };
    const { failure } = await pull(telling, ['a']);
    expect(failure?.message).toBe(
      `Node a cannot pull ${CNI}: Failed to pull image "${CNI}": manifest unknown`,
    );
  });

  test.each<[string, Kubelet, string]>([
    [
      'has no room',
      () => [{ phase: 'Failed', reason: 'OutOfpods', message: 'Node has 110 pods' }],
      'OutOfpods (Node has 110 pods)',
    ],
    ['evicts the pod', () => [{ phase: 'Failed', reason: 'Evicted', message: 'DiskPressure' }], 'Evicted'],
    ['has its pod deleted', (pod) => [pulls(pod)[0] ?? null, null], 'somebody else deleted it'],
  ])('a node that %s is named, not the images', async (_, kubelet, said) => {
    const { client } = createKubelets({ a: kubelet });
    const { failure } = await pull(client, ['a']);
    expect(failure).toMatchObject({ kind: 'node', node: 'a', image: null });
    expect(failure?.message).toContain(`Node a does not run the pod that pulls images: ${said}`);
  });

  test('a node that says nothing is given up in time', async () => {
    const { client, pods } = createKubelets({ a: (pod) => pulls(pod).slice(0, 1) });
    const { failure } = await pull(client, ['a'], { timeoutMs: 200 });
    expect(failure).toMatchObject({ kind: 'late', node: 'a' });
    expect(failure?.message).toContain(`has not pulled all images within 0 s: ${CALICO_NODE}: Container`);
    expect(pods()).toEqual([]);
  });

  test.each([
    [
      'left the cluster',
      (client: FakeClusterClient) => client.remove(nodeReference('b')),
      /left the cluster/,
    ],
    [
      'is not Ready any more',
      (client: FakeClusterClient) =>
        void client.set({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'b' }, status: {} }),
      /not Ready any more/,
    ],
  ])('a node that %s meanwhile is left out', async (_, change, reason) => {
    const { client } = createKubelets({ a: pulls, b: silent });
    const going = pull(client, ['a', 'b'], { timeoutMs: 200 });
    change(client);
    const result = await going;
    expect(result).toMatchObject({ outcome: 'done', pulled: [{ node: 'a' }], leftOut: [{ node: 'b' }] });
    expect(result.leftOut[0]?.reason).toMatch(reason);
  });

  test('no more nodes than the width pull at a time, and one watch is enough', async () => {
    const nodes = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const { client, most } = createKubelets({}, nodes);
    const told: string[] = [];
    await pull(client, nodes, { width: 4, onProgress: (text) => void told.push(text) });
    expect(most()).toBe(4);
    const count = (verb: string): number => client.calls.filter((call) => call.verb === verb).length;
    expect([count('create'), count('delete'), count('watch'), count('list')]).toEqual([30, 30, 1, 2]);
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toBe('pre-pull: 30 of 30 nodes are done');
  });

  test('a watch that loses events goes on from what is there', async () => {
    const { client } = createKubelets({ a: silent, b: silent });
    const going = pull(client, ['a', 'b']);
    await turns();
    const all = client.objects().filter(({ kind }) => kind === 'Pod');
    expect(all).toHaveLength(2);
    const [first, second] = all;
    client.expireWatches();
    if (first) client.set({ ...first, status: pulls(first)[1] });
    await turns();
    if (second) client.remove({ ...POD, namespace: NAMESPACE, name: second.metadata.name });
    client.expireWatches();
    const { failure, pulled } = await going;
    expect(pulled).toHaveLength(1);
    expect(failure?.message).toContain('somebody else deleted it');
  });

  test('a pod that is refused is told with what the server said', async () => {
    const { client, pods } = createKubelets({ a: pulls });
    const refusing = { ...client, create: () => Promise.reject(refusal('create')) };
    const { failure } = await pull(refusing, ['a']);
    expect(failure).toMatchObject({ kind: 'cluster', node: 'a' });
    expect(failure?.message).toContain('Forbidden by policy. Ask.');
    expect(pods()).toEqual([]);
  });

  test('a watch that ends is told, and nothing is left', async () => {
    const { client, pods } = createKubelets({ a: silent });
    const refusing: FakeClusterClient = {
      ...client,
      // eslint-disable-next-line require-yield
      async *watch() {
        await turns();
        throw refusal('watch');
      },
    };
    const { outcome, failure } = await pull(refusing, ['a']);
    expect([outcome, failure?.kind]).toEqual(['failed', 'cluster']);
    expect(pods()).toEqual([]);
  });

  test('pods that cannot be deleted are a warning with their names', async () => {
    const { client, pods } = createKubelets({ a: pulls });
    const refusing = { ...client, delete: () => Promise.reject(refusal('delete')) };
    const { outcome, warnings } = await pull(refusing, ['a']);
    expect(outcome).toBe('done');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(pods()[0]?.metadata.name);
    expect(warnings[0]).toContain(
      `kubectl delete pods --namespace ${NAMESPACE} --selector app.kubernetes.io`,
    );
  });

  test('a pod that could not be deleted at first is deleted at the end', async () => {
    const { client, pods } = createKubelets({ a: pulls, b: pulls });
    let refusals = 0;
    const refusing: FakeClusterClient = {
      ...client,
      delete: (...args) => {
        refusals += 1;
        return refusals === 1 ? Promise.reject(refusal('delete')) : client.delete(...args);
      },
    };
    expect(await pull(refusing, ['a', 'b'])).toMatchObject({ outcome: 'done', warnings: [] });
    expect(pods()).toEqual([]);
  });

  test('a pod whose making was not answered is deleted all the same', async () => {
    const { client, pods } = createKubelets({ a: pulls });
    const losing: FakeClusterClient = {
      ...client,
      async create(...args) {
        await client.create(...args);
        throw refusal('create');
      },
    };
    expect((await pull(losing, ['a'])).outcome).toBe('failed');
    expect(pods()).toEqual([]);
  });

  test('what is told to stop stops, and leaves nothing', async () => {
    const { client, pods, made } = createKubelets({ a: pulls, b: silent, c: silent, d: silent });
    const stop = new AbortController();
    const going = pull(client, ['a', 'b', 'c', 'd'], { signal: stop.signal });
    await turns();
    expect(pods().length).toBeGreaterThan(0);
    stop.abort();
    const result = await going;
    expect(result).toMatchObject({ outcome: 'interrupted', failure: null, pulled: [{ node: 'a' }] });
    expect(made.length).toBeLessThan(4);
    expect(pods()).toEqual([]);
  });

  test('told to stop before it begins it makes nothing', async () => {
    const { client, made } = createKubelets({ a: pulls });
    expect(await pull(client, ['a'], { signal: AbortSignal.abort() })).toMatchObject({
      outcome: 'interrupted',
    });
    expect(made).toEqual([]);
  });

  test.each(['https://ci.example/runs/1', 'https://ci.example/runs/2'])(
    'what a killed run left goes first, and only that; next run %s',
    async (run) => {
      const { client, pods } = createKubelets({ a: silent, b: silent });
      let isDead = false;
      const guard = <T>(call: () => Promise<T>): Promise<T> =>
        isDead ? Promise.reject(new Error('killed')) : call();
      const dying: FakeClusterClient = {
        ...client,
        create: (...args) => guard(() => client.create(...args)),
        delete: (...args) => guard(() => client.delete(...args)),
      };
      const going = pull(dying, ['a', 'b'], { timeoutMs: 200 });
      await turns();
      isDead = true;
      await expect(going).rejects.toThrow('killed');
      expect(pods()).toHaveLength(2);
      const other = { ...POD, metadata: { name: 'other', namespace: NAMESPACE } };
      client.set(other);

      const again = createAgain(client);
      const result = await pull(again, ['a', 'b'], { run });
      expect(result).toMatchObject({ outcome: 'done', warnings: [] });
      expect(pods().map(({ metadata }) => metadata.name)).toEqual(['other']);
    },
  );

  test('any nodes: each is named once, none has a pod at the end, and a failure names one that cannot pull', async () => {
    const kinds = { pulls, lacks: lacks(CNI), silent };
    const node = fc.record({
      kubelet: fc.oneof(
        { weight: 9, arbitrary: fc.constant('pulls' as const) },
        fc.constantFrom('lacks' as const, 'silent' as const),
      ),
      holds: fc.subarray([CALICO_NODE, CNI]),
      isReady: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
      isControlPlane: fc.boolean(),
    });
    const property = fc.asyncProperty(
      fc.array(node, { maxLength: 25 }),
      fc.integer({ min: 1, max: 6 }),
      async (made, width) => {
        const states = made.map(({ holds, isReady, isControlPlane }, index) =>
          buildNode(`n${index}`, { images: holds, isReady, isControlPlane }),
        );
        const cluster = createKubelets(
          Object.fromEntries(made.map(({ kubelet }, index) => [`n${index}`, kinds[kubelet]])),
        );
        const result = await pull(cluster.client, states, { width, timeoutMs: 200 });
        expect(cluster.pods()).toEqual([]);
        expect(cluster.most()).toBeLessThanOrEqual(width);
        const named = [...result.pulled, ...result.leftOut].map((one) => one.node).concat(result.held);
        expect(new Set(named).size).toBe(named.length);
        const bad = made.flatMap(({ kubelet, holds, isReady }, index) => {
          const lacking = IMAGES.filter(({ image }) => !holds.includes(image));
          const canPull = kubelet === 'pulls' || (kubelet === 'lacks' && holds.includes(CNI));
          return isReady && lacking.length > 0 && !canPull ? [`n${index}`] : [];
        });
        expect(result.outcome).toBe(bad.length === 0 ? 'done' : 'failed');
        if (bad.length === 0) expect(named).toHaveLength(made.length);
        else expect(bad).toContain(result.failure?.node);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  }, 60_000);
});

/** The same cluster, whose pods are seen to by kubelets that pull. */
function createAgain(client: FakeClusterClient): FakeClusterClient {
  return {
    ...client,
    async create(object, options) {
      const pod = await client.create(object, options);
      setImmediate(() => client.set({ ...pod, status: pulls(pod)[1] }));
      return pod;
    },
  };
}

function refusal(verb: string): ClusterError {
  return new ClusterError({ verb, resource: 'pods', status: 403 }, 'Forbidden by policy.', 'Ask.');
}

function nodeReference(name: string) {
  return { apiVersion: 'v1', kind: 'Node', namespace: null, name };
}

test('the pods of a run are told from those of another by their labels', () => {
  const labels = (run: string) =>
    pullPod({ node: 'a', images: [CNI] }, { namespace: NAMESPACE, pullSecrets: [], run, deadlineMs: 1000 })
      .metadata.labels;
  expect(labels('1')).not.toEqual(labels('2'));
});
