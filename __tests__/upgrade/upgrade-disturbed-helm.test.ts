import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAgeBox } from '../../src/adapters/age.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import type { Helm } from '../../src/ports/helm.js';
import type { SecretBox } from '../../src/ports/secret-box.js';
import { saveBundle } from '../../src/upgrade/backup/save-bundle.js';
import type { RollbackOutcome } from '../../src/upgrade/restore/run-rollback.js';
import type { UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeBackup } from '../../src/upgrade/upgrade-options.js';
import { startFaultProxy } from '../../test-cluster/fault-proxy/fault-proxy.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { createMemoryBundle, type MemoryBundle } from '../ports/memory-bundle.js';
import { hasHelm } from '../test-cluster/run-helm.js';
import { disturbed } from './disturbed.js';
import { type HelmScene, history, startHelmScene, valuesOf } from './helm-scene.js';
import { contentsOf, rollBack } from './restore/live-run.js';
import { isWell, statuses } from './restore/operator-scene.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const VALUES = { installation: { controlPlaneReplicas: 1 } };
const FAULTS = ['status', 'reset', 'stall', 'half'];
/** Faults of each of Helm's tries: the first can hardly succeed, and the last does. */
const PASSING = [0.2, 0.05, 0];

describeInTurn('disturbed Helm', () => {
  describeWithCalico('on an install by Helm', { own: true, lightNodes: 3 }, (cluster) => {
    // Ends before the cluster does
    (hasHelm() ? describe : describe.skip)('where every fifth request fails', () => {
      let scene: HelmScene;
      let box: SecretBox;
      let bundle: MemoryBundle;
      let newer: ReadonlyMap<string, string>;

      async function saveSealed(client: ClusterClient): Promise<MemoryBundle> {
        const sealed = createMemoryBundle();
        await saveBundle(client, await inspect(client), sealed, {
          madeBy: '0.1.0',
          createdAt: new Date().toISOString(),
          run: '',
          encrypt: box.encrypt,
        });
        return sealed;
      }

      beforeAll(async () => {
        scene = await startHelmScene(cluster(), { older: OLDER, newer: NEWER, values: VALUES });
        box = await createAgeBox('a passphrase of a test', { workFactor: 2 });
        bundle = await saveSealed(scene.client);
        const { ended, reason } = await scene.upgrade();
        if (ended !== 'done') throw new Error(reason);
        await scene.operator.settle();
        newer = await contentsOf(scene.client);
      }, 300_000);
      afterAll(() => scene.stop());

      /** Runs with a helm that meets faults at each try as the rates say, the last of them from then on; how often it was told. */
      async function withHelm(
        rates: readonly number[],
        run: (helm: Helm) => Promise<unknown>,
      ): Promise<number> {
        const proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig, seed: 5 });
        const helm = await scene.helmOf({ kubeconfig: proxy.kubeconfig, timeoutMs: 10_000 });
        let tries = 0;
        const next = (): void => {
          proxy.heal();
          proxy.disturb(rates[tries] ?? rates.at(-1) ?? 0);
          tries += 1;
        };
        try {
          await run({
            ...helm,
            upgrade: (move) => {
              next();
              return helm.upgrade(move);
            },
            rollback: (to) => {
              next();
              return helm.rollback(to);
            },
          });
          return tries;
        } finally {
          await proxy.stop();
        }
      }

      /** Everything is at the newer release, as an upgrade leaves it that nothing disturbs. */
      async function isUpgraded(): Promise<void> {
        await scene.operator.settle();
        expect(await contentsOf(scene.client)).toEqual(newer);
        expect((await statuses(scene.client)).every(isWell)).toBe(true);
        expect((await inspect(scene.client)).leftovers).toEqual([]);
        expect((await history(cluster())).at(-1)).toMatch(`deployed tigera-operator-${NEWER}`);
        expect(await valuesOf(cluster())).toEqual(VALUES);
      }

      async function isBack(): Promise<void> {
        await scene.isAsBefore();
        expect((await statuses(scene.client)).every(isWell)).toBe(true);
        expect((await history(cluster())).at(-1)).toMatch(`deployed tigera-operator-${OLDER}`);
      }

      /** Disturbs a run's own requests, and then looks whether enough of them were. */
      async function run(seed: number, play: (as: ClusterClient) => Promise<unknown>): Promise<void> {
        const faults = await disturbed(cluster(), seed, play);
        expect(faults.length).toBeGreaterThan(50);
        expect(faults).toEqual(expect.arrayContaining(FAULTS));
      }

      const goBack = (
        as: ClusterClient,
        helm: Helm,
        key: SecretBox | null = null,
      ): Promise<RollbackOutcome> => rollBack(as, bundle, { force: true, helm, box: key });
      const DONE = { ended: 'done', reason: '' };

      it('a rollback ends where one does that nothing disturbs', async () => {
        await run(3, async (as) => expect(await goBack(as, scene.helm)).toMatchObject(DONE));
        await isBack();
      }, 400_000);

      it('an upgrade ends where one does that nothing disturbs', async () => {
        await run(7, async (as) => expect(await scene.upgrade({}, as)).toMatchObject(DONE));
        await isUpgraded();
      }, 400_000);

      it('and helm’s own as well for a while, a rollback ends there too', async () => {
        const tries = await withHelm(PASSING, (helm) =>
          run(4, async (as) => expect(await goBack(as, helm)).toMatchObject(DONE)),
        );
        expect(tries).toBeGreaterThan(1);
        await isBack();
      }, 400_000);

      it('and helm’s own as well for a while, an upgrade ends there too', async () => {
        const tries = await withHelm(PASSING, (helm) =>
          run(8, async (as) => expect(await scene.upgrade({ helm }, as)).toMatchObject(DONE)),
        );
        expect(tries).toBeGreaterThan(1);
        await isUpgraded();
      }, 400_000);

      it('and helm’s own as well, a rollback that has the key to the bundle puts Helm’s record right', async () => {
        const tries = await withHelm([0.2], (helm) =>
          run(5, async (as) => expect(await goBack(as, helm, box)).toMatchObject(DONE)),
        );
        expect(tries).toBe(3);
        await isBack();
      }, 400_000);

      /** An upgrade whose Helm never comes through. */
      async function upgradeInVain(seed: number, backup: Partial<UpgradeBackup>): Promise<UpgradeOutcome> {
        let outcome: UpgradeOutcome | undefined;
        const made = { directory: 'backup', artifact: null, createdAt: new Date().toISOString() };
        const backUp = (): Promise<UpgradeBackup> => Promise.resolve({ ...made, reader: bundle, ...backup });
        await withHelm([0.2], (helm) =>
          run(seed, async (as) => {
            outcome = await scene.upgrade({ helm, backUp }, as);
          }),
        );
        if (outcome === undefined) throw new Error('It has not run');
        return outcome;
      }

      it('and helm’s own as well, an upgrade that has the key to its backup goes back by itself, Helm’s record and all', async () => {
        const outcome = await upgradeInVain(9, { box });
        expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
        expect(outcome.reason).toContain('helm upgrade of tigera-operator/calico');
        await isBack();
      }, 400_000);

      it('and helm’s own as well, an upgrade without the key says how to go back, and so it is as before', async () => {
        const outcome = await upgradeInVain(10, {});
        expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'failed' } });
        expect(outcome.rollback?.wayOut).toContain('Run the mode rollback again with the same bundle');
        expect(await goBack(scene.client, scene.helm)).toMatchObject(DONE);
        await isBack();
      }, 400_000);
    });
  });
});
