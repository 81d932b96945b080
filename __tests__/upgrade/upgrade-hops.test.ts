import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../src/cluster/inspect.js';
import { referenceOf } from '../../src/cluster/object-name.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { formatVersion } from '../../src/version/version.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { isDefinition } from '../../test-cluster/ready-made/manifests.js';
import { contentsOf, NODE, podImages, rolledOut, withoutRoles } from './restore/live-run.js';
import { liveUpgrade } from './live-upgrade.js';

describeWithCalico('an upgrade of a manifest install', { own: true, lightNodes: 4 }, (cluster) => {
  let client: ClusterClient;
  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
  });

  function upgrade(target: string, options: Partial<UpgradeOptions> = {}): Promise<UpgradeOutcome> {
    return liveUpgrade(client, target, options);
  }

  it.each([
    ['v3.28.2', 'v3.29.7', { mtu: 1400 }],
    ['v3.30.7', 'v3.31.7', {}],
  ] as const)(
    '%s → %s: what runs is the target with the user’s changes, and nothing else',
    async (older, newer, customisations) => {
      const installed = await installCalico(client, { method: 'manifest', version: older, customisations });
      await installCalicoData(client, { namespace: `shop-${older.slice(1, 5).replace('.', '-')}` });
      await rolledOut(client);
      const outcome = await upgrade(newer);
      expect(outcome.plan.findings.filter(({ weight }) => weight === 'mandatory')).toEqual([]);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      const { calico, leftovers } = await inspect(client);
      expect(calico?.versions.running && formatVersion(calico.versions.running)).toBe(newer);
      expect(leftovers).toEqual([]);
      expect((await podImages(client)).every((image) => image.endsWith(newer))).toBe(true);
      const node = (await client.get(NODE)) as unknown as {
        spec: {
          updateStrategy: { type: string };
          template: { spec: { initContainers: { name: string }[] } };
        };
      };
      expect(node.spec.updateStrategy.type).toBe('RollingUpdate');
      const names = node.spec.template.spec.initContainers.map(({ name }) => name);
      expect(names).toHaveLength(3);
      if (newer === 'v3.31.7') expect(names).toEqual(['upgrade-ipam', 'install-cni', 'ebpf-bootstrap']);
      else expect(JSON.stringify(calico?.config.configMap)).toContain('1400');

      const again = await upgrade(newer);
      expect(again.plan.verdict).toBe('nothing-to-do');
      for (const object of installed.objects) {
        if (!isDefinition(object)) await client.delete(referenceOf(object));
      }
    },
    180_000,
  );

  it('whose new image does not pull on a node stops before anything is changed, and says which', async () => {
    await installCalico(client, { method: 'manifest', version: 'v3.29.7' });
    await rolledOut(client);
    const before = await contentsOf(client);
    await cluster().lightNodes.setFaults([
      { on: { nodes: ['light-2'], image: 'calico/node:v3.30.7' }, fault: { kind: 'image-pull' } },
    ]);
    const outcome = await upgrade('v3.30.7');
    await cluster().lightNodes.clearFaults();
    expect(outcome).toMatchObject({ ended: 'failed', rollback: null, hops: [] });
    expect(outcome.reason).toMatch(/light-2.*calico\/node:v3\.30\.7/);
    expect(outcome.reason).toContain('Nothing was changed');
    expect(await contentsOf(client)).toEqual(before);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 180_000);

  it('whose new calico-node crashes goes back by itself, and no node after the canary was touched', async () => {
    await installCalico(client, { method: 'manifest', version: 'v3.29.7' });
    await rolledOut(client);
    const [before, images] = [await contentsOf(client), await podImages(client)];
    await cluster().lightNodes.setFaults([
      {
        on: { image: 'calico/node:v3.30.7' },
        fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 },
      },
    ]);
    const outcome = await upgrade('v3.30.7');
    await cluster().lightNodes.clearFaults();
    expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
    expect(outcome.reason).toMatch(/wave 1 of \d.*CrashLoopBackOff/);
    expect(outcome.hops[0]?.results.filter(({ title }) => title.startsWith('wave'))).toHaveLength(1);
    expect(await contentsOf(client)).toEqual(before);
    expect(await podImages(client)).toEqual(images);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 180_000);

  it('goes back on all other nodes where one is lost in the middle, and that one follows when it is back', async () => {
    const [before, images] = [await contentsOf(client), await podImages(client)];
    let isLost = false;
    const lose = async (text: string): Promise<void> => {
      if (isLost || !text.includes('wave 2')) return;
      isLost = true;
      await cluster().lightNodes.makeLost('light-2');
    };
    const outcome = await upgrade('v3.30.7', {
      maxUnavailable: { nodes: 3 },
      onProgress: (text) => void lose(text),
    });
    expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
    expect(outcome.reason).toMatch(/wave 2 of 2.*Node light-2 is not Ready/);
    expect((await inspect(client)).leftovers).toEqual([]);
    await cluster().lightNodes.makeReady('light-2');
    await rolledOut(client);
    // The lost node may come back with the newer release: both releases' rules stay for it
    expect(withoutRoles(await contentsOf(client))).toEqual(withoutRoles(before));
    expect(await podImages(client)).toEqual(images);
  }, 180_000);
});
