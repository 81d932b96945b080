import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { changeWave, lookBackAt } from '../../../src/upgrade/gates/change-wave.js';
import { passGate } from '../../../src/upgrade/gates/pass-gate.js';
import { createSettled, type Settled } from '../../../src/upgrade/gates/look-back.js';
import { node } from '../../cluster/build.js';
import { createLivingCluster, type LivingCluster } from '../restore/living-cluster.js';
import { hurrying, reasonOf, waiting } from './build-waiting.js';

const DAEMON_SET: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'calico-node',
};

function daemonSet(image: string): KubernetesObject {
  const labels = { 'k8s-app': 'calico-node' };
  const containers = [{ name: 'calico-node', image }];
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'OnDelete' },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

function definition(kind: string): KubernetesObject {
  const plural = `${kind.toLowerCase()}s`;
  const versions = [{ name: 'v1', served: true, storage: true }];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.operator.tigera.io` },
    spec: { group: 'operator.tigera.io', scope: 'Cluster', names: { plural, kind }, versions },
  };
}

let cluster: LivingCluster;
let settled: Settled;

beforeEach(async () => {
  const nodes = ['a', 'b', 'c'].map((name) => node(name));
  cluster = createLivingCluster([
    ...nodes,
    ...['Installation', 'TigeraStatus'].map(definition),
    daemonSet('calico/node:v1'),
  ]);
  const live = cluster.client.objects().find(({ kind }) => kind === 'DaemonSet');
  cluster.client.set({ ...live, ...{ spec: daemonSet('calico/node:v2')['spec'] } } as KubernetesObject);
  cluster.settle();
  settled = createSettled(Date.now);
  const fault = await wave('a');
  if (fault !== null) throw new Error(fault);
});

function wave(name: string, limits = waiting({ timeoutMs: 1_000 })): Promise<string | null> {
  const order = { daemonSet: DAEMON_SET, nodes: [name], soakMs: 0 };
  return reasonOf(changeWave(cluster.client, order, limits, settled));
}

function podOn(place: string): KubernetesObject {
  const found = cluster.client
    .objects()
    .find(({ kind, metadata }) => kind === 'Pod' && metadata.name === `calico-node-${place}`);
  if (!found) throw new Error(`no pod on ${place}`);
  return found;
}

function say(place: string, ready: boolean, restartCount = 0, state: object = { running: {} }): void {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const containerStatuses = [{ name: 'calico-node', ready, restartCount, state }];
  cluster.client.set({ ...podOn(place), status: { conditions, containerStatuses } });
}

const UID_OF = (place: string): string => podOn(place).metadata.uid ?? '';

describe('a wave that follows another one', () => {
  test('begins where the nodes before it are well, or restarted once', async () => {
    say('a', true, 1);
    expect(await wave('b')).toBeNull();
  });

  test('does not begin where one restarted again and again since, though it is Ready', async () => {
    say('a', true, 2);
    const old = UID_OF('b');
    expect(await wave('b')).toBe(
      'a node that was changed before is not well any more: Pod kube-system/calico-node-a on node a restarted 2 times since its soak was over.',
    );
    expect(UID_OF('b')).toBe(old);
  });

  test('waits for one that is not Ready, and begins once it is', async () => {
    say('a', false);
    const begun = wave('b', waiting({ timeoutMs: 10_000 }));
    setTimeout(() => say('a', true), 100);
    expect(await begun).toBeNull();
  });

  test('does not begin where one does not become Ready, and says why', async () => {
    say('a', false, 1);
    const old = UID_OF('b');
    expect(await wave('b', hurrying(100))).toMatch(
      /not well any more: Pod kube-system\/calico-node-a, container/,
    );
    expect(UID_OF('b')).toBe(old);
  });

  test('waits for a node that nobody hears of, does not begin where it stays so, and names it', async () => {
    say('a', false);
    const conditions = [
      { type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' },
    ];
    cluster.client.set({ ...node('a'), status: { conditions } });
    expect(await wave('b')).toMatch(
      /not well any more: not done within 1 s: Node a is not Ready: Kubelet stopped/,
    );
    const begun = wave('b', waiting({ timeoutMs: 10_000 }));
    setTimeout(
      () => cluster.client.remove({ apiVersion: 'v1', kind: 'Node', namespace: null, name: 'a' }),
      100,
    );
    expect(await begun).toBeNull();
  });

  test('passes over a node that left the cluster, and a pod that was made anew', async () => {
    cluster.client.remove({ apiVersion: 'v1', kind: 'Node', namespace: null, name: 'a' });
    say('a', false);
    expect(await wave('b')).toBeNull();
    cluster.client.set({ ...podOn('b'), metadata: { ...podOn('b').metadata, uid: 'another' } });
    say('b', false);
    expect(await wave('c')).toBeNull();
  });
});

describe('the last look', () => {
  const look = (changed = settled): Promise<string | null> =>
    reasonOf(lookBackAt(cluster.client, DAEMON_SET, changed, waiting({ timeoutMs: 1_000 })));

  test('finds what crashed since, and nothing where no wave was', async () => {
    expect(await look()).toBeNull();
    say('a', true, 3);
    expect(await look()).toContain('on node a restarted 3 times');
    expect(await look(createSettled(Date.now))).toBeNull();
  });
});

describe('what an operator rolls out', () => {
  test('ends as soon as a node that was well crashes again and again, and not for others', async () => {
    const others = { calico: 'v3.31.7', workloads: [{ object: DAEMON_SET, marks: [':v2'] }], stale: [] };
    const gate = { kind: 'operator' as const, ...others };
    const limits = waiting({ timeoutMs: 300 });
    say('a', true, 2);
    expect(await reasonOf(passGate(cluster.client, gate, limits, settled))).toBe(
      'Pod kube-system/calico-node-a on node a restarted 2 times since its soak was over.',
    );
    expect(await reasonOf(passGate(cluster.client, gate, limits))).toMatch(/^no progress within/);
  });

  test('remembers its first nodes once they stayed well', async () => {
    const workload = { object: DAEMON_SET, marks: [':v2'] };
    const gate = { kind: 'canary' as const, workload, nodes: 1, soakMs: 0 };
    const first = createSettled(Date.now);
    expect(await reasonOf(passGate(cluster.client, gate, waiting({ timeoutMs: 1_000 }), first))).toBeNull();
    say('a', true, 2);
    expect(first.restartsSince(podOn('a'))).toBe(2);
    expect(first.restartsSince(podOn('b'))).toBeNull();
  });
});

describe('what is remembered', () => {
  test('of many nodes is looked at every so often only', () => {
    let now = 0;
    const many = createSettled(() => now);
    expect(many.isDue()).toBe(false);
    const pods = Array.from({ length: 101 }, (_, index) => ({
      ...podOn('a'),
      metadata: { ...podOn('a').metadata, uid: `uid ${index}` },
    }));
    many.remember(pods);
    expect([many.isDue(), many.isDue()]).toEqual([true, false]);
    now = 30_000;
    expect(many.isDue()).toBe(true);
    expect([settled.isDue(), settled.isDue()]).toEqual([true, true]);
  });
});
