import { beforeAll, expect, it } from '@jest/globals';
import { REAL_TIMING } from '../../../src/adapters/kubernetes/timing.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { Disruption } from '../../../src/connectivity/monitor/disruption.js';
import { MONITOR_NAMESPACE } from '../../../src/connectivity/monitor/monitor-objects.js';
import { monitorTraffic } from '../../../src/connectivity/monitor/monitor-traffic.js';
import { type UpgradeOutcome } from '../../../src/upgrade/run-upgrade.js';
import { type CalicoBehaviour } from '../../../test-cluster/images/calico-images.js';
import { AGNHOST_IMAGE } from '../../../test-cluster/images/node-images.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { provideCalicoImages } from '../../../test-cluster/real-nodes/calico-stand-in.js';
import { createScene, type Scene, waitForRollout } from '../../test-cluster/real-nodes/scene.js';
import { podImages, runOptions } from '../../upgrade/restore/live-run.js';
import { liveUpgrade } from '../../upgrade/live-upgrade.js';
import { describeInTurn } from '../../../test-cluster/in-turn.js';

const NODES = ['real-1', 'real-2', 'real-3'];
const PLAYED_MS = 3000;

interface Upgraded {
  readonly outcome: UpgradeOutcome;
  readonly disruption: Disruption | null;
}

describeInTurn('connections in an upgrade', () => {
  describeWithCalico(
    'connections held through an upgrade on real nodes',
    { realNodes: 3, own: true },
    (cluster) => {
      let scene: Scene;

      beforeAll(async () => {
        scene = await createScene(cluster());
        await provide('v3.29.7');
        await installCalico(scene.client, { version: 'v3.29.7', method: 'manifest', command: 'apply' });
        await waitForRollout(scene, 'DaemonSet', 'calico-node');
        await waitForRollout(scene, 'Deployment', 'calico-kube-controllers');
      }, 240_000);

      function provide(version: string, behaviour: CalicoBehaviour = {}): Promise<void> {
        return provideCalicoImages(cluster().directory, version, { readyAfterSeconds: 0, ...behaviour });
      }

      async function upgrade(target: string, maxDisruptionMs: number | null): Promise<Upgraded> {
        const { client } = scene;
        const run = runOptions({ force: true, maxUnavailable: { nodes: 1 } });
        const traffic = monitorTraffic(client, {
          ...run,
          ...REAL_TIMING,
          findNodes: () => Promise.resolve(NODES),
          image: AGNHOST_IMAGE,
          deadlineMs: 900_000,
          maxDisruptionMs,
          timeoutMs: 120_000,
        });
        const outcome = await liveUpgrade(client, target, { ...run, traffic: [traffic] });
        return { outcome, disruption: traffic.disruption() };
      }

      it('come through where the target is sound, and the longest gap is told', async () => {
        await provide('v3.30.7');

        const { outcome, disruption } = await upgrade('v3.30.7', 20_000);

        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        expect(disruption?.unmeasured).toEqual([]);
        expect(disruption?.paths).toHaveLength(18);
        expect(disruption?.paths.filter(({ resets }) => resets.length > 0)).toEqual([]);
        expect(disruption?.longest?.ms).toBeLessThan(PLAYED_MS);
        const waves = disruption?.stages.filter(({ nodes }) => nodes.length > 0).map(({ nodes }) => nodes);
        expect(waves?.flat().toSorted()).toEqual(NODES);
      }, 300_000);

      it('that have a gap when the new calico-node starts fail its wave; the upgrade goes back', async () => {
        await provide('v3.31.7', { fault: { kind: 'gap', seconds: PLAYED_MS / 1000 }, nodes: ['real-2'] });
        const images = await podImages(scene.client);

        const { outcome, disruption } = await upgrade('v3.31.7', 2000);

        expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' } });
        expect(outcome.reason).toMatch(/real-2.* had no answer for \d+ ms from .*max-disruption-ms is 2000/);
        expect(await podImages(scene.client)).toEqual(images);
        const { longest, gaps = [] } = disruption ?? {};
        expect(longest?.changedNodes).toEqual(['real-2']);
        const udp = gaps.filter(
          ({ ms, path, changedNodes }) =>
            ms > 2000 && path.protocol === 'udp' && changedNodes[0] === 'real-2',
        );
        expect(udp).toHaveLength(5);
        const { clusterNamespace, leftovers } = await leftIn(scene);
        expect({ clusterNamespace, leftovers }).toEqual({ clusterNamespace: null, leftovers: [] });
      }, 400_000);
    },
  );
});

async function leftIn({ client }: Scene): Promise<{ clusterNamespace: unknown; leftovers: unknown }> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: MONITOR_NAMESPACE };
  return { clusterNamespace: await client.get(reference), leftovers: (await inspect(client)).leftovers };
}
