import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAgeBox } from '../../src/adapters/age.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import type { Helm } from '../../src/ports/helm.js';
import type { SecretBox } from '../../src/ports/secret-box.js';
import { saveBundle } from '../../src/upgrade/backup/save-bundle.js';
import type { UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { type FaultProxy, startFaultProxy } from '../../test-cluster/fault-proxy/fault-proxy.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import type { TestCluster } from '../../test-cluster/types.js';
import { createMemoryBundle, type MemoryBundle } from '../ports/memory-bundle.js';
import { hasHelm } from '../test-cluster/run-helm.js';
import { disturbed } from './disturbed.js';
import { type HelmScene, history, startHelmScene, valuesOf } from './helm-scene.js';
import { contentsOf, rollBack } from './restore/live-run.js';
import { isWell, statuses } from './restore/operator-scene.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const VALUES = { installation: { controlPlaneReplicas: 1 } };
const DONE = { ended: 'done', reason: '' };
const FAULTS = ['status', 'reset', 'stall', 'half'];
/** What befalls a try of Helm's. */
type Trouble = (proxy: FaultProxy) => void;

const faults =
  (rate: number): Trouble =>
  (proxy) =>
    proxy.disturb(rate);
/** Its revision is made, and it does not hear of that. */
const cutOff: Trouble = (proxy) =>
  proxy.add({ match: { verb: 'create', resource: 'secrets' }, fault: { kind: 'reset', at: 'after' } });
const PASSING = [faults(0.2), faults(0.05), faults(0)];
const LASTING = [cutOff, faults(0.2)];

interface DisturbedScene extends HelmScene {
  /** Opens {@link DisturbedScene.bundle}. */
  readonly box: SecretBox;
  /** The older release, its Secrets sealed. */
  readonly bundle: MemoryBundle;
  /**
   * Runs as a client whose every fifth request fails, with a helm that has its own trouble at each try, the last one of
   * them from then on.
   *
   * @returns how often Helm was told
   */
  readonly disturb: (
    seed: number,
    troubles: readonly Trouble[],
    run: (as: ClusterClient, helm: Helm) => Promise<unknown>,
  ) => Promise<number>;
  /** @throws where anything is not as it was at first, or Helm does not believe so */
  readonly isBack: () => Promise<void>;
}

async function startDisturbedScene(cluster: TestCluster): Promise<DisturbedScene> {
  const scene = await startHelmScene(cluster, { older: OLDER, newer: NEWER, values: VALUES });
  const box = await createAgeBox('a passphrase of a test', { workFactor: 2 });
  const bundle = createMemoryBundle();
  await saveBundle(scene.client, await inspect(scene.client), bundle, {
    madeBy: '0.1.0',
    createdAt: new Date().toISOString(),
    run: '',
    encrypt: box.encrypt,
  });

  const disturb: DisturbedScene['disturb'] = async (seed, troubles, run) => {
    const proxy = await startFaultProxy({ kubeconfig: cluster.kubeconfig, seed });
    const helm = await scene.helmOf({ kubeconfig: proxy.kubeconfig, timeoutMs: 10_000 });
    let tries = 0;
    const next = (): void => {
      proxy.heal();
      (troubles[tries] ?? troubles.at(-1))?.(proxy);
      tries += 1;
    };
    const told: Helm = {
      ...helm,
      upgrade: (move) => {
        next();
        return helm.upgrade(move);
      },
      rollback: (to) => {
        next();
        return helm.rollback(to);
      },
    };
    try {
      const own = await disturbed(cluster, seed, (as) => run(as, told));
      expect(own.length).toBeGreaterThan(50);
      expect(own).toEqual(expect.arrayContaining(FAULTS));
      return tries;
    } finally {
      await proxy.stop();
    }
  };

  async function isBack(): Promise<void> {
    await scene.isAsBefore();
    expect((await statuses(scene.client)).every(isWell)).toBe(true);
    expect((await history(cluster)).at(-1)).toMatch(`deployed tigera-operator-${OLDER}`);
  }

  return { ...scene, box, bundle, disturb, isBack };
}

/** A suite in a cluster with Calico by the real helm, which ends before the cluster does. */
function describeWithHelm(
  title: string,
  body: (scene: () => DisturbedScene, cluster: () => TestCluster) => void,
): void {
  describeWithCalico('on an install by Helm', { own: true, lightNodes: 3 }, (cluster) => {
    (hasHelm() ? describe : describe.skip)(title, () => {
      let scene: DisturbedScene | null = null;
      beforeAll(async () => {
        scene = await startDisturbedScene(cluster());
      }, 240_000);
      afterAll(() => scene?.stop());
      body(() => {
        if (scene === null) throw new Error('The scene is there in tests and hooks only.');
        return scene;
      }, cluster);
    });
  });
}

describeInTurn('disturbed install by Helm', () => {
  describeWithHelm('where every fifth request fails, and helm’s own for a while,', (scene, cluster) => {
    let newer: ReadonlyMap<string, string>;

    beforeAll(async () => {
      const { ended, reason } = await scene().upgrade();
      if (ended !== 'done') throw new Error(reason);
      await scene().operator.settle();
      newer = await contentsOf(scene().client);
    }, 240_000);

    it('a rollback ends where one does that nothing disturbs', async () => {
      const { bundle } = scene();
      const tries = await scene().disturb(3, PASSING, async (as, helm) => {
        expect(await rollBack(as, bundle, { force: true, helm })).toMatchObject(DONE);
      });
      expect(tries).toBeGreaterThan(1);
      await scene().isBack();
    }, 600_000);

    it('an upgrade ends where one does that nothing disturbs', async () => {
      const { client, operator, upgrade, disturb } = scene();
      const tries = await disturb(7, PASSING, async (as, helm) => {
        expect(await upgrade({ helm }, as)).toMatchObject(DONE);
      });
      expect(tries).toBeGreaterThan(1);
      await operator.settle();
      expect(await contentsOf(client)).toEqual(newer);
      expect((await statuses(client)).every(isWell)).toBe(true);
      expect((await inspect(client)).leftovers).toEqual([]);
      expect((await history(cluster())).at(-1)).toMatch(`deployed tigera-operator-${NEWER}`);
      expect(await valuesOf(cluster())).toEqual(VALUES);
    }, 600_000);
  });
});

describeInTurn('Helm that is told in vain', () => {
  describeWithHelm('where every fifth request fails, and helm’s own as well,', (scene) => {
    /** @param box what opens the backup; null for none */
    async function upgradeInVain(seed: number, box: SecretBox | null): Promise<UpgradeOutcome> {
      const { bundle: reader, upgrade, disturb } = scene();
      const made = { reader, directory: 'backup', artifact: null, createdAt: new Date().toISOString(), box };
      const outcomes: UpgradeOutcome[] = [];
      const tries = await disturb(seed, LASTING, async (as, helm) => {
        outcomes.push(await upgrade({ helm, backUp: () => Promise.resolve(made) }, as));
      });
      expect(tries).toBe(6);
      const [outcome] = outcomes;
      if (outcome === undefined) throw new Error('It has not run');
      expect(outcome).toMatchObject({ ended: 'failed' });
      expect(outcome.reason).toContain('helm upgrade of tigera-operator/calico');
      return outcome;
    }

    it('an upgrade with the key to its backup goes back by itself, Helm’s record and all', async () => {
      const { rollback, wayOut } = await upgradeInVain(9, scene().box);
      expect(rollback).toMatchObject(DONE);
      expect(wayOut).toBe('');
      await scene().isBack();
    }, 600_000);

    it('an upgrade without it says how to go back, and then it is as before', async () => {
      const { client, bundle, helm } = scene();
      const { rollback } = await upgradeInVain(10, null);
      expect(rollback).toMatchObject({ ended: 'failed' });
      expect(rollback?.reason).toContain('helm rollback of tigera-operator/calico');
      expect(rollback?.wayOut).toContain('Run the mode rollback again with the same bundle');
      expect(await rollBack(client, bundle, { force: true, helm })).toMatchObject(DONE);
      await scene().isBack();
    }, 600_000);
  });
});
