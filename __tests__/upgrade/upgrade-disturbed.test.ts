import { isDeepStrictEqual } from 'node:util';
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { startFaultProxy } from '../../test-cluster/fault-proxy/fault-proxy.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { formatVersion } from '../../src/version/version.js';
import { eventually } from '../test-cluster/eventually.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { contentsOf, NODE, rollBack, rolledOut, save } from './restore/live-run.js';
import { liveUpgrade } from './live-upgrade.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];

describeWithCalico('an upgrade that is disturbed', { own: true, lightNodes: 3 }, (cluster) => {
  let client: ClusterClient;
  let bundle: MemoryBundle;
  let older: ReadonlyMap<string, string>;
  let newer: ReadonlyMap<string, string>;

  function upgrade(as: ClusterClient, options: Partial<UpgradeOptions> = {}): Promise<UpgradeOutcome> {
    return liveUpgrade(as, NEWER, options);
  }

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: OLDER });
    await installCalicoData(client);
    await rolledOut(client);
    bundle = await save(client);
    await upgrade(client);
    newer = await contentsOf(client);
    await rollBack(client, bundle);
    older = await contentsOf(client);
  }, 240_000);

  beforeEach(async () => {
    await rollBack(client, bundle, { choice: 'bundle', force: true });
    if (!isDeepStrictEqual(await contentsOf(client), older)) throw new Error('It did not go back');
  }, 120_000);

  it('by every fifth request that fails ends as one that nothing disturbs', async () => {
    const proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig, seed: 7 });
    try {
      proxy.disturb(0.2);
      const disturbed = await createClusterClient(proxy.kubeconfig, null, { silenceMs: 1_000 });
      expect(await upgrade(disturbed)).toMatchObject({ ended: 'done', reason: '' });
      expect(proxy.seen.requests().filter(({ fault }) => fault !== null).length).toBeGreaterThan(50);
    } finally {
      await proxy.stop();
    }
    expect(await contentsOf(client)).toEqual(newer);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 400_000);

  it('by another one at the same time is the only one that writes, and the other says who does', async () => {
    // So long that the lock is renewed while the other one looks
    const soakMs = 12_000;
    const run = (name: string) => upgrade(client, { soakMs, run: `https://ci.example.com/runs/${name}` });
    const ends = await Promise.allSettled([run('1'), run('2')]);
    const done = ends.filter((end) => end.status === 'fulfilled').map(({ value }) => value.ended);
    const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => String(reason));
    expect(done).toEqual(['done']);
    expect(refused).toEqual([expect.stringMatching(/https:\/\/ci\.example\.com\/runs\/[12]/)]);
    expect(await contentsOf(client)).toEqual(newer);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 240_000);

  it('by another one that is done before it has the lock finds nothing to do', async () => {
    const ends = await Promise.all([
      upgrade(client, { run: 'https://ci.example.com/runs/1' }),
      upgrade(heldUp(client), { run: 'https://ci.example.com/runs/2' }),
    ]);
    expect(ends.map(({ ended }) => ended)).toEqual(['done', 'not-run']);
    expect(ends[1].plan.verdict).toBe('nothing-to-do');
    expect(await contentsOf(client)).toEqual(newer);
  }, 240_000);

  /** A client whose lock is asked for only once the other run is done. */
  function heldUp(free: ClusterClient): ClusterClient {
    const isDone = async (): Promise<true | null> => {
      const { leftovers, calico } = await inspect(free);
      const { running } = calico?.versions ?? {};
      return leftovers.length === 0 && running && formatVersion(running) === NEWER ? true : null;
    };
    return {
      ...free,
      get: async (object) => {
        if (object.kind === 'Lease') await eventually(isDone, 120_000);
        return free.get(object);
      },
    };
  }

  it('by somebody who edits calico-node in the middle goes back over that, and names it', async () => {
    let isEdited = false;
    const warnings: string[] = [];
    const edit = async (text: string): Promise<void> => {
      if (isEdited || !text.includes('wave 2')) return;
      isEdited = true;
      const body = { spec: { template: { spec: { terminationGracePeriodSeconds: 7 } } } };
      await client.patch(NODE, { type: 'merge', body }, { fieldManager: 'kubectl-edit' });
    };
    const outcome = await upgrade(client, {
      onProgress: (text) => void edit(text),
      onWarning: (text) => warnings.push(text),
    });
    expect(outcome).toMatchObject({ ended: 'failed', wayOut: '', rollback: { ended: 'done' } });
    expect(outcome.reason).toContain('calico-node was changed by somebody else');
    expect(await contentsOf(client)).toEqual(older);
    const named = `DaemonSet kube-system/calico-node: It was changed by kubectl-edit since the backup (spec.template.spec.terminationGracePeriodSeconds): it is put back as it was then; make the change again if it is wanted.`;
    expect(warnings).toContain(named);
    const changed = outcome.rollback?.plan.restoration.items.filter(({ why }) => why.includes('changed by'));
    expect(changed?.map(({ object }) => object)).toEqual([NODE]);
  }, 240_000);
});
