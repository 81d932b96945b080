import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { untilNoProgress } from '../../../src/upgrade/gates/progress.js';
import type { Sight } from '../../../src/upgrade/gates/wait-for.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { hurrying, reasonOf, turns } from './build-waiting.js';

const SOURCE = { kind: { apiVersion: 'apps/v1', kind: 'DaemonSet' }, options: {} };
const reading: Sight = { kind: 'waiting', reason: 'not all' };

function daemonSet(numberAvailable: number, status: object = {}, spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
    spec,
    status: { numberAvailable, ...status },
  };
}

/** Where a second of this machine is a hundred. */
const LIMITS = hurrying(100, { timeoutMs: 30_000 });
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms / 100));

describe('what is rolled out by itself', () => {
  test('has its time for each few pods, however long all take', async () => {
    const client = createFakeClusterClient({ objects: [daemonSet(0)] });
    const judge = (seen: readonly (readonly KubernetesObject[])[]): Sight =>
      JSON.stringify(seen).includes('"numberAvailable":4') ? { kind: 'done' } : reading;
    const done = untilNoProgress(client, [SOURCE], judge, LIMITS);
    await turns();
    for (const count of [1, 2, 3, 4]) {
      await later(20_000);
      client.set(daemonSet(count));
    }
    expect(await done).toBeNull();
  });

  test('fails where nothing comes on; what comes and goes is no progress', async () => {
    const client = createFakeClusterClient({ objects: [daemonSet(3)] });
    const failed = reasonOf(untilNoProgress(client, [SOURCE], () => reading, LIMITS));
    let isOver = false;
    const over = (): boolean => isOver;
    void failed.finally(() => (isOver = true));
    await turns();
    for (let count = 0; !over(); count += 1) {
      client.set(daemonSet(2 + (count % 2)));
      await later(1_000);
      expect(count).toBeLessThan(200);
    }
    expect(await failed).toBe('no progress within 30 s: not all');
  });

  test('is counted anew where what is rolled out is another', async () => {
    const client = createFakeClusterClient({
      objects: [daemonSet(5, { updatedNumberScheduled: 5, observedGeneration: 1 })],
    });
    const judge = (seen: readonly (readonly KubernetesObject[])[]): Sight =>
      JSON.stringify(seen).includes('"updatedNumberScheduled":3') ? { kind: 'done' } : reading;
    const done = untilNoProgress(client, [SOURCE], judge, LIMITS);
    await turns();
    for (const count of [0, 1, 2, 3]) {
      await later(20_000);
      client.set(daemonSet(5, { updatedNumberScheduled: count, observedGeneration: 2 }));
    }
    expect(await done).toBeNull();
  });

  test('does not come on by being changed again and again', async () => {
    const objects = [daemonSet(3, { updatedNumberScheduled: 3, observedGeneration: 1 })];
    const client = createFakeClusterClient({ objects });
    const failed = reasonOf(untilNoProgress(client, [SOURCE], () => reading, LIMITS));
    let isOver = false;
    const over = (): boolean => isOver;
    void failed.finally(() => (isOver = true));
    await turns();
    for (let count = 2; !over(); count += 1) {
      // With a pod that comes and goes
      client.set(daemonSet(2 + (count % 2), { updatedNumberScheduled: 3, observedGeneration: count }));
      await later(1_000);
      expect(count).toBeLessThan(200);
    }
    expect(await failed).toBe('no progress within 30 s: not all');
  });

  test('has the time besides for which each pod has to be well', async () => {
    const client = createFakeClusterClient({ objects: [daemonSet(3, {}, { minReadySeconds: 60 })] });
    const begun = Date.now();
    const failed = await reasonOf(untilNoProgress(client, [SOURCE], () => reading, LIMITS));
    expect(failed).toBe('no progress within 90 s: not all');
    expect((Date.now() - begun) * 100).toBeGreaterThanOrEqual(89_000);
  });

  test('fails in the same time where the API server says nothing at all', async () => {
    const client = createFakeClusterClient({ onCall: () => new Promise<void>(() => undefined) });
    const failed = await reasonOf(untilNoProgress(client, [SOURCE], () => reading, LIMITS));
    expect(failed).toBe('not done within 30 s: the API server has not answered yet');
  });
});
