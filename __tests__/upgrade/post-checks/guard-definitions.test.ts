import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  type DefinitionGuard,
  guardDefinitions,
} from '../../../src/upgrade/post-checks/guard-definitions.js';
import { createFakeClusterClient, refusal } from '../../ports/fake-cluster-client.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import { eventually } from '../../test-cluster/eventually.js';
import { definition } from '../preflight/clusters/upstream-files.js';

const POOLS = definition('ippools.crd.projectcalico.org');
const OTHER = definition('widgets.example.com');

describe('the guard of definitions', () => {
  let guard: DefinitionGuard;
  afterEach(() => guard.stop());

  function begin(failures = 0) {
    let left = failures;
    const client = createFakeClusterClient({
      objects: [POOLS, OTHER],
      onCall: ({ verb }) => {
        if (verb !== 'watch' || left === 0) return;
        left -= 1;
        throw refusal('watch', 'customresourcedefinitions', 503, 'away');
      },
    });
    guard = guardDefinitions(client, {
      sleep: async (ms, signal) => {
        await sleep(ms / 100, undefined, signal ? { signal } : {}).catch(() => undefined);
      },
    });
    const watched = (times: number) =>
      eventually(
        () => Promise.resolve(client.calls.filter(({ verb }) => verb === 'watch').length >= times || null),
        5_000,
      );
    return { client, watched };
  }

  function fault(): Promise<string> {
    return eventually(() => Promise.resolve(guard.fault()), 5_000);
  }

  function going(object: KubernetesObject): KubernetesObject {
    return {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: '2026-11-27T02:00:00Z', finalizers: ['x'] },
    };
  }

  it.each([0, 2])('tells of one that is being deleted, after %d watches that failed', async (failures) => {
    const { client, watched } = begin(failures);
    await watched(failures + 1);
    client.set(going(POOLS));
    expect(await fault()).toContain('ippools.crd.projectcalico.org is being deleted');
    expect(guard.lost.aborted).toBe(true);
  });

  it('tells of one that went at once', async () => {
    const { client, watched } = begin();
    await watched(1);
    client.remove(referenceOf(POOLS));
    expect(await fault()).toContain('ippools.crd.projectcalico.org');
  });

  it('tells of one that went, or was made anew, while events were lost', async () => {
    const { client, watched } = begin();
    await watched(1);
    await sleep(50);
    client.remove(referenceOf(POOLS));
    client.expireWatches();
    client.set({ ...POOLS, metadata: { ...POOLS.metadata, uid: 'another' } });
    expect(await fault()).toContain('ippools.crd.projectcalico.org');
  });

  it('says nothing of other definitions, of new ones, and of changes', async () => {
    const { client, watched } = begin();
    await watched(1);
    await sleep(50);
    client.set(definition('tiers.crd.projectcalico.org'));
    client.set({ ...POOLS, metadata: { ...POOLS.metadata, labels: { a: 'b' } } });
    client.remove(referenceOf(OTHER));
    await sleep(100);
    expect(guard.fault()).toBeNull();
    expect(guard.lost.aborted).toBe(false);
  });
});
