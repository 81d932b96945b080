import { isDeepStrictEqual } from 'node:util';
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { readJournal } from '../../src/upgrade/journal/journal.js';
import { formatVersion } from '../../src/version/version.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { dyingClient } from './dying-client.js';
import { liveUpgrade } from './live-upgrade.js';
import { contentsOf, podImages, rollBack, rolledOut, save, withoutNewDefaults } from './restore/live-run.js';

/** With eBPF upstream asks for a stop on the way. */
const [OLDER, STOP, NEWER] = ['v3.29.7', 'v3.30.7', 'v3.31.7'];
const FELIX = {
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'FelixConfiguration',
  metadata: { name: 'default' },
  spec: { bpfEnabled: true },
};

describeInTurn('two hops in one upgrade', () => {
  describeWithCalico('an upgrade of two hops', { own: true, lightNodes: 3 }, (cluster) => {
    let client: ClusterClient;
    let bundle: MemoryBundle;
    let before: ReadonlyMap<string, string>;
    let images: readonly string[];

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      await installCalico(client, { method: 'manifest', version: OLDER, customisations: { mtu: 1400 } });
      await installCalicoData(client);
      await client.apply(FELIX, { fieldManager: 'kubectl', force: true });
      await rolledOut(client);
      bundle = await save(client);
      [before, images] = [await contentsOf(client), await podImages(client)];
    }, 120_000);

    beforeEach(async () => {
      await rollBack(client, bundle, { force: true, choice: 'live' });
      const after = withoutNewDefaults(await contentsOf(client));
      if (!isDeepStrictEqual(after, before)) throw new Error('It did not go back');
    }, 120_000);

    /** The hops that it made, as `v3.30.7`. */
    const hopsOf = ({ hops }: UpgradeOutcome): readonly string[] => hops.map(({ to }) => formatVersion(to));

    async function isAt(version: string): Promise<void> {
      const { calico, leftovers } = await inspect(client);
      expect(calico?.versions.running && formatVersion(calico.versions.running)).toBe(version);
      expect(leftovers).toEqual([]);
      expect((await podImages(client)).every((image) => image.endsWith(version))).toBe(true);
    }

    async function isAsBefore(): Promise<void> {
      expect(withoutNewDefaults(await contentsOf(client))).toEqual(before);
      expect(await podImages(client)).toEqual(images);
      await isAt(OLDER);
    }

    /** Dies once a wave of the second hop is under way. */
    async function dieInSecondHop(options: Partial<UpgradeOptions> = {}): Promise<void> {
      const dying = dyingClient(client, null);
      let isSecond = false;
      const onProgress = (text: string): void => {
        isSecond ||= text.includes(`to ${NEWER}`);
        if (isSecond && text.includes('wave 2')) dying.die();
      };
      const ended = await liveUpgrade(dying, NEWER, { ...options, onProgress }).catch(() => null);
      expect(dying.isDead()).toBe(true);
      expect(ended?.rollback ?? null).toBeNull();
      expect(await readJournal(client)).toMatchObject({ status: 'running', hop: { from: STOP, to: NEWER } });
    }

    it('makes the stop that eBPF needs on every node, and ends at the target', async () => {
      const steps: string[] = [];
      const outcome = await liveUpgrade(client, NEWER, {
        onProgress: (text) => steps.push(text),
      });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect(hopsOf(outcome)).toEqual([STOP, NEWER]);
      expect(outcome.hops.map(({ checks }) => checks?.failures)).toEqual([[], []]);
      for (const { results } of outcome.hops) {
        expect(results.filter(({ stage }) => stage === 'node').length).toBeGreaterThan(1);
      }
      await isAt(NEWER);
      expect((await liveUpgrade(client, NEWER)).plan.verdict).toBe('nothing-to-do');
    }, 240_000);

    it('goes back over both where the second fails', async () => {
      await cluster().lightNodes.setFaults([
        {
          on: { image: `calico/node:${NEWER}` },
          fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 },
        },
      ]);
      const outcome = await liveUpgrade(client, NEWER);
      await cluster().lightNodes.clearFaults();
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
      expect(hopsOf(outcome)).toEqual([STOP, NEWER]);
      expect(outcome.reason).toMatch(/wave 1 of \d.*CrashLoopBackOff/);
      await isAsBefore();
    }, 240_000);

    it('killed in the second is gone on with from there', async () => {
      await dieInSecondHop();
      const findBundle = () =>
        Promise.resolve({ reader: bundle, directory: 'backup', artifact: null, createdAt: '' });
      const outcome = await liveUpgrade(client, NEWER, { findBundle });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect(hopsOf(outcome)).toEqual([NEWER]);
      await isAt(NEWER);
    }, 240_000);

    it('killed in the second goes back over both by a rollback', async () => {
      await dieInSecondHop();
      expect(await rollBack(client, bundle, { force: true, choice: 'live' })).toMatchObject({
        ended: 'done',
        reason: '',
      });
      await isAsBefore();
    }, 240_000);
  });
});
