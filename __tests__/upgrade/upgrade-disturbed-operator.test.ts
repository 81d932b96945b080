import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { disturbed } from './disturbed.js';
import { liveUpgrade } from './live-upgrade.js';
import { contentsOf, rollBack, save } from './restore/live-run.js';
import { isWell, type OperatorScene, running, startScene, statuses } from './restore/operator-scene.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
const KINDS = ['status', 'reset', 'stall', 'half'];

describeInTurn('disturbed operator install', () => {
  describeWithCalico('on an operator install', { own: true, lightNodes: 4 }, (cluster) => {
    // Ends before the cluster does
    describe('where every fifth request fails', () => {
      let scene: OperatorScene;
      let bundle: MemoryBundle;
      let older: ReadonlyMap<string, string>;
      let newer: ReadonlyMap<string, string>;

      /** Everything as it is once the operator has done its work. */
      async function settled(): Promise<ReadonlyMap<string, string>> {
        await scene.operator.settle();
        return contentsOf(scene.client);
      }

      const upgrade = (as: ClusterClient): ReturnType<typeof liveUpgrade> =>
        liveUpgrade(as, NEWER, { maxUnavailable: { nodes: 3 } });

      beforeAll(async () => {
        scene = await startScene(cluster());
        await installCalico(scene.client, { method: 'operator', version: OLDER });
        await installCalicoData(scene.client);
        await running(scene.client, OLDER);
        older = await settled();
        bundle = await save(scene.client);
        const { ended, reason } = await upgrade(scene.client);
        if (ended !== 'done') throw new Error(reason);
        newer = await settled();
      }, 240_000);
      afterAll(() => scene.stop());

      async function isWhole(version: string): Promise<void> {
        await running(scene.client, version);
        expect((await statuses(scene.client)).every(isWell)).toBe(true);
        expect((await inspect(scene.client)).leftovers).toEqual([]);
      }

      it('a rollback ends where one does that nothing disturbs', async () => {
        const faults = await disturbed(cluster(), 3, async (as) => {
          const outcome = await rollBack(as, bundle, { force: true });
          expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        });
        expect(faults.length).toBeGreaterThan(50);
        expect(faults).toEqual(expect.arrayContaining(KINDS));
        // Tiers are made by Calico itself, and nothing of an older release minds them
        const isTold = (name: string): boolean => older.has(name) || !name.includes(' Tier /');
        expect(new Map([...(await settled())].filter(([name]) => isTold(name)))).toEqual(older);
        await isWhole(OLDER);
      }, 400_000);

      it('an upgrade ends as one that nothing disturbs', async () => {
        const faults = await disturbed(cluster(), 7, async (as) => {
          expect(await upgrade(as)).toMatchObject({ ended: 'done', reason: '' });
        });
        expect(faults.length).toBeGreaterThan(50);
        expect(faults).toEqual(expect.arrayContaining(KINDS));
        expect(await settled()).toEqual(newer);
        await isWhole(NEWER);
      }, 400_000);
    });
  });
});
