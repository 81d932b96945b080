import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberAt, textAt, valueAt } from '../../src/cluster/fields.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { passGate } from '../../src/upgrade/gates/pass-gate.js';
import { isPodReady } from '../../src/upgrade/gates/pod-fault.js';
import { MIN_READY } from '../../src/upgrade/restore/operator-knobs.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { eventually } from '../test-cluster/eventually.js';
import { hurrying } from './gates/build-waiting.js';
import { contentsOf, rollBack } from './restore/live-run.js';
import { INSTALLATION, OPERATOR, type OperatorScene, running, startScene } from './restore/operator-scene.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { liveUpgrade } from './live-upgrade.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const NODES = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' };
const SOAK_MS = 20_000;

describeWithCalico('the brake of an operator install', { own: true, lightNodes: 4 }, (cluster) => {
  // Ends before the cluster does
  describe('with the operator', () => {
    let scene: OperatorScene;
    let before: Awaited<ReturnType<typeof contentsOf>>;
    const warnings: string[] = [];

    beforeAll(async () => {
      scene = await startScene(cluster());
      await installCalico(scene.client, { method: 'operator', version: OLDER });
      await running(scene.client, OLDER);
      await scene.operator.settle();
      before = await contentsOf(scene.client);
    }, 200_000);
    afterAll(() => scene.stop());

    function upgrade(options: Partial<UpgradeOptions> = {}): Promise<UpgradeOutcome> {
      const own = {
        maxUnavailable: { nodes: 3 },
        soakMs: SOAK_MS,
        rollbackOnFailure: false,
        onWarning: (text: string) => warnings.push(text),
      };
      return liveUpgrade(scene.client, NEWER, { ...own, ...options });
    }

    /** An upgrade whose first node is well for a moment, and then is not. */
    async function upgradeBadly(): Promise<UpgradeOutcome> {
      const ended = upgrade();
      await eventually(async () => (await newPods()).find(isPodReady) ?? null, 120_000);
      expect(numberAt(await scene.client.get(INSTALLATION), ...MIN_READY)).toBe(40);
      await cluster().lightNodes.setFaults([
        {
          on: { image: `calico/node:${NEWER}` },
          fault: { kind: 'never-ready', message: 'felix is not ready' },
        },
      ]);
      return ended;
    }

    async function newPods(): Promise<readonly KubernetesObject[]> {
      const options = { namespace: 'calico-system', labelSelector: 'k8s-app=calico-node' };
      const found: KubernetesObject[] = [];
      for await (const { items } of scene.client.list({ apiVersion: 'v1', kind: 'Pod' }, options)) {
        found.push(...items.filter((item) => JSON.stringify(item['spec']).includes(`node:${NEWER}`)));
      }
      return found;
    }

    it('is pulled where the first node does not stay well: no other changes; going back gives all of it back', async () => {
      const { client, operator } = scene;
      const outcome = await upgradeBadly();
      expect(outcome).toMatchObject({ ended: 'failed', rollback: null });
      expect(outcome.reason).toMatch(
        /the operator, and the first nodes: in the soak: .*is not Ready any more/,
      );
      const results = outcome.hops[0]?.results ?? [];
      expect(JSON.stringify(results.map(({ evidence }) => evidence))).toContain(
        'events of Pod calico-system/calico-node-',
      );
      expect(results.slice(-2).map(({ title, outcome: how }) => [title, how])).toEqual([
        ['the brake: the operator is held, and calico-node waits', 'done'],
        ['the brake: calico-node still waits', 'done'],
      ]);
      expect(textAt(await client.get(NODES), 'spec', 'updateStrategy', 'type')).toBe('OnDelete');
      expect(valueAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(0);
      expect(warnings).toContainEqual(
        expect.stringMatching(
          /^The operator is held: Deployment tigera-operator\/tigera-operator has no replicas.*kubectl scale/,
        ),
      );
      // What would change another node would do so at once
      await sleep(5_000);
      expect(await newPods()).toHaveLength(1);

      // A run that preflight stops lets nothing go, and says so
      warnings.length = 0;
      expect(await upgrade({ force: false })).toMatchObject({
        ended: 'not-run',
        plan: { verdict: 'blocked' },
      });
      expect(warnings).toContainEqual(expect.stringMatching(/^The operator is held: .*kubectl scale/));
      expect(valueAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(0);

      await cluster().lightNodes.clearFaults();
      const { reader } = outcome.backup ?? {};
      if (!reader) throw new Error('There is no backup');
      expect(await rollBack(client, reader, { force: true, choice: 'live' })).toMatchObject({
        ended: 'done',
        reason: '',
      });
      await operator.settle();
      expect(await contentsOf(client)).toEqual(before);
      expect(textAt(await client.get(NODES), 'spec', 'updateStrategy', 'type')).toBe('RollingUpdate');
      expect(numberAt(await client.get(NODES), 'spec', 'minReadySeconds') ?? 0).toBe(0);
    }, 400_000);

    it('an operator that stays Degraded for a reason that does not heal ends its gate, with what it says', async () => {
      const { client, operator } = scene;
      operator.setFaults([
        { type: 'degrade', status: 'calico', reason: 'InvalidConfigurationError', message: 'bad CIDR' },
      ]);
      const gate = { kind: 'operator', calico: NEWER, workloads: [], stale: [] } as const;
      const failed = await passGate(client, gate, hurrying(10));
      operator.setFaults([]);
      await operator.settle();
      expect(failed?.reason).toMatch(
        /^TigeraStatus calico is Degraded, and stays so \(InvalidConfigurationError: bad CIDR/,
      );
    }, 120_000);

    it('is pulled where the first node crashes after its soak: no more change, and all goes back by itself', async () => {
      const { client, operator } = scene;
      let crashing: Promise<void> | null = null;
      let changed: readonly KubernetesObject[] = [];
      const crash = async (): Promise<void> => {
        const nodes = (await newPods()).map((pod) => textAt(pod, 'spec', 'nodeName'));
        const fault = { kind: 'crash-loop', exitCode: 2, backOffMs: 300 } as const;
        await cluster().lightNodes.setFaults([{ on: { nodes, image: `calico/node:${NEWER}` }, fault }]);
      };
      const outcome = await upgrade({
        soakMs: 5_000,
        rollbackOnFailure: true,
        onProgress: (text) => {
          if (text.endsWith('the other nodes, 3 at a time')) crashing ??= crash();
        },
        onFailure: async () => {
          changed = await newPods();
          await cluster().lightNodes.clearFaults();
        },
      });
      await Promise.resolve(crashing);
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done', reason: '' }, wayOut: '' });
      expect(outcome.reason).toMatch(
        /the other nodes, 3 at a time: Pod calico-system\/calico-node-\w+ on node light-\d restarted \d times since its soak was over\.$/,
      );
      // Those that were begun by then are all
      expect(changed.length).toBeLessThan(4);
      await operator.settle();
      expect(await contentsOf(client)).toEqual(before);
      expect(numberAt(await client.get(INSTALLATION), ...MIN_READY)).toBeNull();
    }, 400_000);

    it('is let go by an upgrade that goes on: the operator runs again, and brings the rest', async () => {
      const { client, operator } = scene;
      const { backup, ...braked } = await upgradeBadly();
      expect(braked).toMatchObject({ ended: 'failed', rollback: null });
      expect(valueAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(0);
      await cluster().lightNodes.clearFaults();
      if (backup === null) throw new Error('There is no backup');
      // A run without the backup at hand lets nothing go, and says so
      warnings.length = 0;
      await expect(upgrade({ rollbackOnFailure: true })).rejects.toThrow('no upgrade died');
      expect(warnings).toContainEqual(expect.stringMatching(/^The operator is held: .*kubectl scale/));
      expect(valueAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(0);

      const outcome = await upgrade({ findBundle: () => Promise.resolve(backup) });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await operator.settle();
      expect(await newPods()).toHaveLength(4);
      expect(valueAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(1);
      expect(textAt(await client.get(NODES), 'spec', 'updateStrategy', 'type')).toBe('RollingUpdate');
      expect(numberAt(await client.get(INSTALLATION), ...MIN_READY)).toBeNull();
      expect((await inspect(client)).leftovers).toEqual([]);
    }, 400_000);
  });
});
