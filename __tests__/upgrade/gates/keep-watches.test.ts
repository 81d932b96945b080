import { beforeEach, expect, test } from '@jest/globals';
import type {
  ClusterClient,
  ObjectKind,
  WatchEvent,
  WatchOptions,
} from '../../../src/ports/cluster-client.js';
import { type KeptWatches, keepWatches } from '../../../src/upgrade/gates/keep-watches.js';
import { createFakeClusterClient, type FakeClusterClient } from '../../ports/fake-cluster-client.js';
import { countingWatches, turns } from './build-waiting.js';

const POD: ObjectKind = { apiVersion: 'v1', kind: 'Pod' };
const IN_SYSTEM: WatchOptions = { namespace: 'kube-system', labelSelector: 'k8s-app=calico-node' };

let cluster: FakeClusterClient;
let open: () => number;
let kept: KeptWatches;

beforeEach(() => {
  cluster = createFakeClusterClient({ objects: [pod('a')] });
  const counting = countingWatches(cluster);
  ({ open } = counting);
  kept = keepWatches(counting.client);
});

function pod(name: string) {
  const labels = { 'k8s-app': 'calico-node' };
  return { ...POD, metadata: { name, namespace: 'kube-system', labels } };
}

/** What a watch says, as it says it. */
function listen(options: WatchOptions, client: ClusterClient = kept.client) {
  const over = new AbortController();
  const said: string[] = [];
  const ended = (async () => {
    for await (const event of client.watch(POD, { ...options, signal: over.signal }))
      said.push(textOf(event));
  })();
  ended.catch(() => undefined);
  return {
    said,
    ended,
    stop: () => {
      over.abort();
    },
  };
}

function textOf(event: WatchEvent): string {
  if (event.type !== 'snapshot') return `${event.type} ${event.object.metadata.name}`;
  return `all: ${event.objects.map(({ metadata }) => metadata.name).join(' ')}`;
}

test('who comes later hears what is there by then, and what happens from there on, from one watch', async () => {
  const first = listen(IN_SYSTEM);
  await turns();
  cluster.set(pod('b'));
  await turns();
  first.stop();
  await first.ended;
  cluster.set(pod('c'));
  await turns();
  const second = listen(IN_SYSTEM);
  const third = listen(IN_SYSTEM);
  await turns();
  cluster.remove({ ...POD, namespace: 'kube-system', name: 'a' });
  await turns();
  expect(first.said).toEqual(['all: a', 'added b']);
  expect(second.said).toEqual(['all: a b c', 'deleted a']);
  expect(third.said).toEqual(second.said);
  expect(open()).toBe(1);
});

test('other collections have watches of their own, and single objects end with who asked', async () => {
  const all = [listen(IN_SYSTEM), listen({ namespace: 'kube-system' }), listen({})];
  const one = listen({ ...IN_SYSTEM, fieldSelector: 'metadata.name=a' });
  await turns();
  expect(open()).toBe(4);
  one.stop();
  await one.ended;
  await turns();
  expect(open()).toBe(3);
  expect(all.map(({ said }) => said)).toEqual([['all: a'], ['all: a'], ['all: a']]);
});

test('close ends them all', async () => {
  const one = listen(IN_SYSTEM);
  await turns();
  kept.close();
  await one.ended;
  expect(open()).toBe(0);
});

test('one that fails does so for everybody, and the next one begins anew', async () => {
  const lost = new Error('The API server said no.');
  let isBroken = true;
  const broken = keepWatches({
    ...cluster,
    async *watch(kind, options) {
      for await (const event of cluster.watch(kind, options)) {
        yield event;
        if (isBroken) throw lost;
      }
    },
  });
  const [one, other] = [listen(IN_SYSTEM, broken.client), listen(IN_SYSTEM, broken.client)];
  await expect(one.ended).rejects.toBe(lost);
  await expect(other.ended).rejects.toBe(lost);
  isBroken = false;
  const next = listen(IN_SYSTEM, broken.client);
  await turns();
  expect(next.said).toEqual(['all: a']);
  broken.close();
  await next.ended;
});

test('one that ends before it has said anything does so for those who wait', async () => {
  const mute = keepWatches({
    ...cluster,
    // eslint-disable-next-line @typescript-eslint/require-await, require-yield
    async *watch() {
      return;
    },
  });
  const one = listen(IN_SYSTEM, mute.client);
  await one.ended;
  expect(one.said).toEqual([]);
});
