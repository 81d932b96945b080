import { beforeEach, describe, expect, test } from '@jest/globals';
import type {
  ClusterClient,
  DeleteOptions,
  KubernetesObject,
  ObjectReference,
} from '../../../src/ports/cluster-client.js';
import { changeWave, lookBackAt } from '../../../src/upgrade/gates/change-wave.js';
import { createSettled } from '../../../src/upgrade/gates/look-back.js';
import { hashOf } from '../../../src/upgrade/gates/revision.js';
import { INTERRUPTED } from '../../../src/upgrade/gates/wait-for.js';
import { node } from '../../cluster/build.js';
import { createLivingCluster, type LivingCluster } from '../restore/living-cluster.js';
import { hurrying, reasonOf, turns, waiting } from './build-waiting.js';

const NODES = ['a', 'b', 'c', 'd'] as const;
const DAEMON_SET: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'calico-node',
};

function daemonSet(image: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: { 'k8s-app': 'calico-node' } },
      updateStrategy: { type: 'OnDelete' },
      template: {
        metadata: { labels: { 'k8s-app': 'calico-node' } },
        spec: { containers: [{ name: 'calico-node', image }] },
      },
    },
  };
}

let cluster: LivingCluster;
/** Pods that were deleted, with what was said about which. */
let deleted: { name: string; uid: string | undefined }[];

beforeEach(() => {
  cluster = createLivingCluster([...NODES.map((name) => node(name)), daemonSet('calico/node:v3.31.7')]);
  move('calico/node:v3.30.7');
  deleted = [];
});

/** Says which image is wanted; pods stay until they are deleted. */
function move(image: string): void {
  const live = cluster.client.objects().find(({ kind }) => kind === 'DaemonSet');
  if (!live) throw new Error('no DaemonSet');
  const { spec } = daemonSet(image);
  cluster.client.set({ ...live, spec });
  cluster.settle();
}

function run(nodes: readonly string[], changes: Parameters<typeof waiting>[0] = {}, soakMs = 0) {
  const client = {
    ...cluster.client,
    async delete(reference: ObjectReference, options: DeleteOptions = {}) {
      deleted.push({ name: reference.name, uid: options.uid });
      return cluster.client.delete(reference, options);
    },
  };
  const wave = { daemonSet: DAEMON_SET, nodes, soakMs };
  return reasonOf(changeWave(client, wave, waiting({ timeoutMs: 1_000, ...changes })));
}

function podOn(place: string): KubernetesObject {
  const found = cluster.client
    .objects()
    .find(({ kind, metadata }) => kind === 'Pod' && metadata.name === `calico-node-${place}`);
  if (!found) throw new Error(`no pod on ${place}`);
  return found;
}

function imageOn(place: string): string {
  const { containers } = podOn(place)['spec'] as { containers: readonly { image: string }[] };
  return containers[0]?.image ?? '';
}

/** As somebody else would change the DaemonSet, and its controller see it. */
function edit(): void {
  const live = cluster.client.objects().find(({ kind }) => kind === 'DaemonSet');
  if (!live) throw new Error('no DaemonSet');
  const { generation = 1 } = live.metadata;
  const status = { ...(live['status'] as object), observedGeneration: generation + 1 };
  cluster.client.set({ ...live, metadata: { ...live.metadata, generation: generation + 1 }, status });
}

/** The pod on a node, as if another revision had made it anew. */
function podOfRevision(place: string, hash: string): KubernetesObject {
  const { metadata, ...rest } = podOn(place);
  const labels = { ...metadata.labels, 'controller-revision-hash': hash };
  return { ...rest, metadata: { ...metadata, uid: `uid-${hash}`, labels } };
}

/** Watches of DaemonSets that say how they are at first, and nothing after it. */
function withoutChanges(client: ClusterClient): ClusterClient['watch'] {
  return async function* (kind, options) {
    for await (const event of client.watch(kind, options)) {
      if (kind.kind !== 'DaemonSet' || event.type === 'snapshot') yield event;
    }
  };
}

function withReady(pod: KubernetesObject, status: 'True' | 'False', statuses: readonly object[] = []) {
  return { ...pod, status: { conditions: [{ type: 'Ready', status }], containerStatuses: statuses } };
}

function nodeSaying(name: string, status: 'True' | 'False' | 'Unknown'): KubernetesObject {
  const conditions = [{ type: 'Ready', status, message: 'the kubelet said so' }];
  return { ...node(name), status: { conditions } };
}

function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

function brokenPod(pod: KubernetesObject): KubernetesObject {
  const state = { waiting: { reason: 'ImagePullBackOff', message: '404' } };
  return withReady(pod, 'False', [{ name: 'calico-node', restartCount: 0, state }]);
}

function namesOf(): readonly string[] {
  return deleted.map(({ name }) => name).sort();
}

describe('a wave', () => {
  test('makes the pods of its own nodes anew, and no others', async () => {
    expect(await run(['a', 'c'])).toBeNull();
    expect(namesOf()).toEqual(['calico-node-a', 'calico-node-c']);
    expect(NODES.map(imageOn)).toEqual([
      'calico/node:v3.30.7',
      'calico/node:v3.31.7',
      'calico/node:v3.30.7',
      'calico/node:v3.31.7',
    ]);
  });

  test('deletes the very pods that it saw', async () => {
    const { uid } = podOn('b').metadata;
    await run(['b']);
    expect(uid).toBeDefined();
    expect(deleted).toEqual([{ name: 'calico-node-b', uid }]);
  });

  test('leaves pods that are new already, and takes no soak for them', async () => {
    await run(['a', 'b']);
    deleted = [];
    const slept: number[] = [];
    const { sleep } = waiting();
    const counting = (ms: number, signal?: AbortSignal): Promise<void> => {
      slept.push(ms);
      return sleep(ms, signal);
    };
    expect(await run(['a', 'b'], { sleep: counting }, 123_456)).toBeNull();
    expect(deleted).toEqual([]);
    expect(slept).not.toContain(123_456);
  });

  describe('whose pods an earlier run made', () => {
    const SOAK_MS = 20_000;
    const settledWith = (limits: ReturnType<typeof hurrying>) => createSettled(limits.now);
    const wave = (nodes: readonly string[]) => ({ daemonSet: DAEMON_SET, nodes, soakMs: SOAK_MS });

    test('lets them soak before another node changes: that run may have died in it', async () => {
      await run(['a']);
      const limits = hurrying(100, { timeoutMs: 60_000 });
      const settled = settledWith(limits);
      const { client } = cluster;
      expect(await changeWave(client, wave(['a']), limits, settled)).toBeNull();
      const failed = reasonOf(changeWave(client, wave(['b']), limits, settled));
      await turns();
      client.set(withReady(podOn('a'), 'False'));
      expect(await failed).toContain('in the soak: Pod kube-system/calico-node-a is not Ready any more');
      expect(imageOn('b')).toBe('calico/node:v3.31.7');
    });

    test('lets only the last of them soak, once, and at the end where nothing else changes', async () => {
      await run(['a', 'b', 'c', 'd']);
      const limits = hurrying(100, { timeoutMs: 60_000 });
      const settled = settledWith(limits);
      const begun = limits.now();
      expect(await changeWave(cluster.client, wave(['a', 'b']), limits, settled)).toBeNull();
      expect(await changeWave(cluster.client, wave(['c', 'd']), limits, settled)).toBeNull();
      expect(limits.now() - begun).toBeLessThan(SOAK_MS);
      expect(await lookBackAt(cluster.client, DAEMON_SET, settled, limits)).toBeNull();
      expect(limits.now() - begun).toBeGreaterThanOrEqual(SOAK_MS);
      expect(limits.now() - begun).toBeLessThan(2 * SOAK_MS);
    });
  });

  test('makes a new pod anew that an earlier run left broken', async () => {
    await run(['a', 'b']);
    cluster.client.set(brokenPod(podOn('a')));
    deleted = [];
    expect(await run(['a', 'b'])).toBeNull();
    expect(namesOf()).toEqual(['calico-node-a']);
  });

  test('waits for a new pod that is merely not ready yet', async () => {
    await run(['a']);
    cluster.client.set(withReady(podOn('a'), 'False'));
    deleted = [];
    const done = run(['a']);
    await turns();
    cluster.client.set(withReady(podOn('a'), 'True'));
    expect(await done).toBeNull();
    expect(deleted).toEqual([]);
  });

  test('does not delete what is to go already', async () => {
    const pod = podOn('a');
    const metadata = { ...pod.metadata, deletionTimestamp: '2026-11-27T02:00:00Z' };
    cluster.client.set({ ...pod, metadata });
    expect(await run(['a'], { timeoutMs: 100 })).toMatch(
      /^not done within 0 s: 1 of 1 nodes have no new pod/,
    );
    expect(deleted).toEqual([]);
  });

  test.each<[string, object]>([
    ['of nobody', {}],
    [
      'of another DaemonSet',
      { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'x', uid: 'x' }] },
    ],
  ])('leaves a pod with the same labels that is %s', async (_, owners) => {
    const metadata = { name: 'debug', namespace: 'kube-system', labels: { 'k8s-app': 'calico-node' } };
    cluster.client.set({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, ...owners },
      spec: { nodeName: 'a' },
    });
    expect(await run(['a'])).toBeNull();
    expect(namesOf()).toEqual(['calico-node-a']);
  });

  test('fails where an image was not pulled in the second try either', async () => {
    cluster.onPod = brokenPod;
    const begun = Date.now();
    expect(await run(['a', 'b'], hurrying(100))).toBe(
      'Pod kube-system/calico-node-a, container calico-node: ImagePullBackOff (404)',
    );
    expect((Date.now() - begun) * 100).toBeGreaterThanOrEqual(20_000);
  });

  test('passes where the second try pulls it', async () => {
    cluster.onPod = brokenPod;
    const done = run(['a'], hurrying(10));
    await turns();
    cluster.client.set(withReady(podOn('a'), 'True'));
    expect(await done).toBeNull();
  });

  test('passes over the fault of a new pod that is to go', async () => {
    await run(['a']);
    const going = brokenPod(podOn('a'));
    const metadata = {
      ...going.metadata,
      name: 'calico-node-gone',
      uid: 'gone',
      deletionTimestamp: '2026-11-27T02:00:00Z',
    };
    cluster.client.set({ ...going, metadata });
    expect(await run(['a'])).toBeNull();
  });

  test('fails when time is up where a new pod says nothing', async () => {
    cluster.onPod = (pod) => withReady(pod, 'False');
    expect(await run(['a', 'b'], { timeoutMs: 100 })).toBe(
      'not done within 0 s: 2 of 2 nodes have no new pod that is Ready, a for one',
    );
    expect(namesOf()).toEqual(['calico-node-a', 'calico-node-b']);
  });

  test('fails long before time is up where a new pod runs and never becomes ready', async () => {
    const state = { running: { startedAt: '2026-11-27T02:00:00Z' } };
    cluster.onPod = (pod) => withReady(pod, 'False', [{ name: 'calico-node', ready: false, state }]);
    expect(await run(['a', 'b'], hurrying(200, { timeoutMs: 300_000 }))).toBe(
      'Pod kube-system/calico-node-a, container calico-node: runs for 60 s without a restart and is not ready',
    );
  });

  test('fails where nobody makes a pod on a node any more', async () => {
    const pod = podOn('a');
    const done = run(['a', 'b'], hurrying(200));
    cluster.onPod = (one) =>
      one.metadata.name === 'calico-node-a' ? { ...one, spec: { nodeName: 'x' } } : one;
    await turns();
    expect(pod.metadata.uid).toBeDefined();
    expect(await done).toMatch(/^Node a has no pod of the DaemonSet any more/);
  });

  test('fails as soon as a node is lost, and where it says for a while that it is not Ready', async () => {
    cluster.onPod = (pod) => withReady(pod, 'False');
    const done = run(['a', 'b'], hurrying(10));
    await turns();
    cluster.client.set(nodeSaying('b', 'Unknown'));
    expect(await done).toBe('Node b is not Ready: the kubelet said so');
    cluster.client.set(nodeSaying('b', 'False'));
    const begun = Date.now();
    expect(await run(['a', 'b'], hurrying(100))).toBe('Node b is not Ready: the kubelet said so');
    expect((Date.now() - begun) * 100).toBeGreaterThanOrEqual(20_000);
  });

  test('passes where a node was not Ready for a moment', async () => {
    cluster.client.set(nodeSaying('a', 'False'));
    const done = run(['a'], hurrying(10));
    await turns();
    cluster.client.set(nodeSaying('a', 'True'));
    expect(await done).toBeNull();
  });

  test.each(['a', 'b', 'c', 'd', 'all'] as const)(
    'a node that leaves the cluster in the middle takes no part from then on (%s)',
    async (gone) => {
      cluster.onPod = (pod) => withReady(pod, 'False');
      const done = run(NODES, { timeoutMs: 5_000 });
      await turns();
      const isGone = (name: string): boolean => gone === 'all' || gone === name;
      for (const name of NODES) {
        if (isGone(name)) cluster.client.remove({ apiVersion: 'v1', kind: 'Node', namespace: null, name });
        else cluster.client.set(withReady(podOn(name), 'True'));
      }
      expect(await done).toBeNull();
    },
  );

  test('a node that joins in the middle is no part of it', async () => {
    cluster.onPod = (pod) => withReady(pod, 'False');
    const done = run(['a'], { timeoutMs: 5_000 });
    await turns();
    cluster.client.set(nodeSaying('e', 'Unknown'));
    cluster.client.set(
      brokenPod({
        ...podOn('a'),
        metadata: { ...podOn('a').metadata, name: 'calico-node-e', uid: 'e' },
        spec: { nodeName: 'e' },
      }),
    );
    cluster.client.set(withReady(podOn('a'), 'True'));
    expect(await done).toBeNull();
  });

  test.each<[string, (pod: KubernetesObject) => void, RegExp]>([
    [
      'is not Ready any more',
      (pod) => cluster.client.set(withReady(pod, 'False')),
      /calico-node-a is not Ready any more/,
    ],
    [
      'restarts, though it is Ready again',
      (pod) => cluster.client.set(withReady(pod, 'True', [{ name: 'calico-node', restartCount: 1 }])),
      /calico-node-a restarted/,
    ],
    [
      'is deleted',
      (pod) => void cluster.client.delete(refOf(pod)),
      /calico-node-a was deleted by somebody else/,
    ],
    [
      'is on a node that is lost',
      () => cluster.client.set(nodeSaying('a', 'Unknown')),
      /Node a is not Ready/,
    ],
  ])('fails at once where in the soak a pod %s', async (_, happen, reason) => {
    const done = run(['a', 'b'], hurrying(50), 600_000);
    await turns();
    happen(podOn('a'));
    expect(await done).toMatch(reason);
  });

  test('passes the soak where a node leaves the cluster meanwhile, and its pod after it', async () => {
    const done = run(['a', 'b'], {}, 200);
    await turns();
    const pod = podOn('a');
    cluster.client.remove({ apiVersion: 'v1', kind: 'Node', namespace: null, name: 'a' });
    cluster.client.remove(refOf(pod));
    expect(await done).toBeNull();
  });

  test('many nodes are watched by one watch, few by one each', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `n${String(index).padStart(2, '0')}`);
    cluster = createLivingCluster([...many.map((name) => node(name)), daemonSet('calico/node:v3.31.7')]);
    move('calico/node:v3.30.7');
    expect(await run(many)).toBeNull();
    const watched = cluster.client.calls.filter(({ verb }) => verb === 'watch').map(({ kind }) => kind);
    // Whether the DaemonSet is seen by its controller, what is to go, and what becomes of it
    expect(watched).toEqual(['DaemonSet', 'DaemonSet', 'Pod', 'Node', 'DaemonSet', 'Pod', 'Node']);
  });

  test('does not wait for a node that left the cluster', async () => {
    expect(await run(['a', 'gone'])).toBeNull();
    expect(namesOf()).toEqual(['calico-node-a']);
  });

  test('deletes nothing where no revision tells which pods are new', async () => {
    for (const { kind, metadata } of cluster.client.objects()) {
      if (kind !== 'ControllerRevision') continue;
      cluster.client.remove({ apiVersion: 'apps/v1', kind, namespace: 'kube-system', name: metadata.name });
    }
    expect(await run(['a'])).toMatch(/^DaemonSet kube-system\/calico-node has no revision/);
    expect(deleted).toEqual([]);
  });

  test('deletes nothing before the controller has seen what is wanted', async () => {
    const live = await cluster.client.get(DAEMON_SET);
    if (!live) throw new Error('no DaemonSet');
    const status = { ...(live['status'] as object), observedGeneration: 0 };
    cluster.client.set({ ...live, metadata: { ...live.metadata, generation: 5 }, status });
    expect(await run(['a'], { timeoutMs: 50 })).toBe(
      'not done within 0 s: DaemonSet kube-system/calico-node was not looked at by its controller yet',
    );
    expect(deleted).toEqual([]);
  });

  test('fails where the DaemonSet is gone, or goes meanwhile', async () => {
    cluster.onPod = (pod) => withReady(pod, 'False');
    const done = run(['a'], { timeoutMs: 200 });
    await turns();
    await cluster.client.delete(DAEMON_SET);
    expect(await done).toBe('DaemonSet kube-system/calico-node was deleted.');
    expect(await run(['a'])).toBe('DaemonSet kube-system/calico-node was deleted.');
  });

  test('fails as soon as somebody else changes the DaemonSet, and deletes no pod that is newer', async () => {
    cluster.onPod = (pod) => withReady(pod, 'False');
    const done = run(['a'], { timeoutMs: 60_000 });
    await turns();
    edit();
    cluster.client.set(podOfRevision('a', 'newer'));
    expect(await done).toMatch(/^DaemonSet kube-system\/calico-node was changed by somebody else/);
    expect(namesOf()).toEqual(['calico-node-a']);
  });

  test('hears of pods of a newer DaemonSet before it hears of that itself, and deletes none', async () => {
    cluster.onPod = (pod) => withReady(pod, 'False');
    const stale = { ...cluster.client, watch: withoutChanges(cluster.client) };
    const wave = { daemonSet: DAEMON_SET, nodes: ['a'], soakMs: 0 };
    const done = reasonOf(changeWave(stale, wave, waiting({ timeoutMs: 60_000 })));
    await turns();
    edit();
    cluster.client.set(podOfRevision('a', 'newer'));
    expect(await done).toMatch(/^DaemonSet kube-system\/calico-node was changed by somebody else/);
    expect(hashOf(podOn('a'))).toBe('newer');
  });

  test('makes a pod anew that is heard of late', async () => {
    cluster.onPod = (pod) => withReady(pod, deleted.length < 2 ? 'False' : 'True');
    const done = run(['a'], { timeoutMs: 60_000 });
    await turns();
    cluster.client.set(podOfRevision('a', 'older'));
    expect(await done).toBeNull();
    expect(namesOf()).toEqual(['calico-node-a', 'calico-node-a']);
  });

  test('does not begin where the DaemonSet is not what it was for the wave before', async () => {
    const settled = createSettled(Date.now);
    const wave = (name: string) => ({ daemonSet: DAEMON_SET, nodes: [name], soakMs: 0 });
    expect(await reasonOf(changeWave(cluster.client, wave('a'), waiting(), settled))).toBeNull();
    edit();
    const reason = await reasonOf(changeWave(cluster.client, wave('b'), waiting(), settled));
    expect(reason).toMatch(/^DaemonSet kube-system\/calico-node was changed by somebody else/);
    expect(imageOn('b')).toBe('calico/node:v3.31.7');
  });

  test('that is told to stop deletes no more pods', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `n${String(index).padStart(2, '0')}`);
    cluster = createLivingCluster([...many.map((name) => node(name)), daemonSet('calico/node:v3.31.7')]);
    move('calico/node:v3.30.7');
    const stop = new AbortController();
    cluster.onWrite = ({ verb }, when) => {
      if (verb === 'delete' && when === 'after' && deleted.length >= 3) stop.abort();
    };
    expect(await run(many, { signal: stop.signal })).toBe(INTERRUPTED);
    // As many as are deleted at a time
    expect(deleted.length).toBeLessThanOrEqual(18);
    expect(deleted.length).toBeGreaterThanOrEqual(3);
  });

  test('that is told to stop in its soak says so', async () => {
    const stop = new AbortController();
    const done = run(['a'], { signal: stop.signal }, 60_000);
    await turns();
    stop.abort();
    expect(await done).toBe(INTERRUPTED);
  });
});
