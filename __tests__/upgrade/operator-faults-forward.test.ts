import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberAt, textAt, valueAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { readJournal } from '../../src/upgrade/journal/journal.js';
import { WIDTH } from '../../src/upgrade/restore/operator-knobs.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { dyingClient } from './dying-client.js';
import { contentsOf, rollBack, save } from './restore/live-run.js';
import { INSTALLATION, OPERATOR, type OperatorScene, running, startScene } from './restore/operator-scene.js';
import { liveUpgrade } from './live-upgrade.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const REST = 'operator: the other nodes, 3 at a time';
/** So long that one node after another is seen to change. */
const SLOWLY = {
  on: { image: 'calico/node', version: NEWER },
  fault: { kind: 'slow', readyMs: 3_000 },
} as const;

describeInTurn('faults of an operator’s rollout', () => {
  describeWithCalico('faults while an operator rolls out', { own: true, lightNodes: 4 }, (cluster) => {
    // Ends before the cluster does
    describe('with the operator', () => {
      let scene: OperatorScene;
      let before: Awaited<ReturnType<typeof contentsOf>>;
      let width: unknown;

      beforeAll(async () => {
        scene = await startScene(cluster());
        await installCalico(scene.client, { method: 'operator', version: OLDER });
        await running(scene.client, OLDER);
        await scene.operator.settle();
        before = await contentsOf(scene.client);
        width = valueAt(await scene.client.get(INSTALLATION), ...WIDTH);
      }, 200_000);
      afterAll(() => scene.stop());

      function upgrade(
        options: Partial<UpgradeOptions> = {},
        as: ClusterClient = scene.client,
      ): Promise<UpgradeOutcome> {
        return liveUpgrade(as, NEWER, { maxUnavailable: { nodes: 3 }, ...options });
      }

      async function newPods(): Promise<readonly KubernetesObject[]> {
        const options = { namespace: 'calico-system', labelSelector: 'k8s-app=calico-node' };
        const found: KubernetesObject[] = [];
        for await (const { items } of scene.client.list({ apiVersion: 'v1', kind: 'Pod' }, options)) {
          found.push(...items.filter((item) => JSON.stringify(item['spec']).includes(`node:${NEWER}`)));
        }
        return found;
      }

      /** An upgrade whose runner dies when the first node is changed and the others are not. */
      async function dieInTheMiddle(): Promise<MemoryBundle> {
        const { client } = scene;
        await cluster().lightNodes.setFaults([SLOWLY]);
        const bundle = await save(client);
        const backup = {
          reader: bundle,
          directory: 'backup',
          artifact: null,
          createdAt: '2026-11-28T02:00:00Z',
        };
        const dying = dyingClient(client, null);
        const options: Partial<UpgradeOptions> = {
          backUp: () => Promise.resolve(backup),
          onProgress: (text) => {
            if (text === REST) dying.die();
          },
        };
        await upgrade(options, dying).catch(() => null);
        expect(dying.isDead()).toBe(true);
        const changed = (await newPods()).length;
        expect(changed).toBeGreaterThan(0);
        expect(changed).toBeLessThan(4);
        expect(await readJournal(client)).toMatchObject({ status: 'running', stage: 'operator' });
        expect(valueAt(await client.get(INSTALLATION), ...WIDTH)).toBe(1);
        return bundle;
      }

      async function isGivenBack(): Promise<void> {
        const { client, operator } = scene;
        await operator.settle();
        expect(numberAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(1);
        expect(valueAt(await client.get(INSTALLATION), ...WIDTH)).toEqual(width);
        const { calico, leftovers } = await inspect(client);
        expect(calico?.versions.verdict).toBe('agreed');
        expect(leftovers).toEqual([]);
      }

      async function isAsBefore(): Promise<void> {
        await isGivenBack();
        expect(await contentsOf(scene.client)).toEqual(before);
        expect(await newPods()).toEqual([]);
      }

      it('a runner that dies when the first node is new is followed by another one that rolls back', async () => {
        const bundle = await dieInTheMiddle();
        const outcome = await rollBack(scene.client, bundle, { force: true, choice: 'live' });
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        await isAsBefore();
      }, 240_000);

      it('an operator that does nothing ends its gate, which says what does not move; it goes back by itself', async () => {
        const { operator } = scene;
        let isBack = false;
        const outcome = await upgrade({
          timeoutMs: 20_000,
          onProgress: (text) => {
            // On the way back a step is called the same
            if (!isBack && text.endsWith('the first nodes'))
              operator.setFaults([{ type: 'stall', before: 'calico-typha' }]);
          },
          onFailure: () => {
            isBack = true;
            operator.setFaults([]);
            return Promise.resolve();
          },
        });
        expect(outcome).toMatchObject({
          ended: 'failed',
          rollback: { ended: 'done', reason: '' },
          wayOut: '',
        });
        expect(outcome.reason).toMatch(
          /the operator, and the first nodes: no progress within 20 s: the operator has not moved DaemonSet calico-system\/calico-node yet \(its log says why\)/,
        );
        await isAsBefore();
      }, 240_000);

      it('an operator that reports all well while pods are old passes no gate', async () => {
        const { client, operator } = scene;
        await cluster().lightNodes.setFaults([SLOWLY]);
        let isHeld = false;
        // Old pods do not go from here on, and the operator says that all is done
        const hold = async (): Promise<void> => {
          isHeld = true;
          await cluster().lightNodes.setFaults([
            { on: { image: 'calico/node', version: OLDER }, fault: { kind: 'stuck-terminating' } },
          ]);
          operator.setFaults([{ type: 'early-available' }]);
          await operator.settle();
          await running(client, NEWER);
        };
        let isRest = false;
        const meddler: ClusterClient = {
          ...client,
          replace: async (object, options) => {
            if (isRest && !isHeld && object.kind === 'Installation') await hold();
            return client.replace(object, options);
          },
        };
        const outcome = await upgrade(
          {
            timeoutMs: 20_000,
            onProgress: (text) => {
              isRest ||= text === REST;
            },
            onFailure: async () => {
              operator.setFaults([]);
              await cluster().lightNodes.clearFaults();
            },
          },
          meddler,
        );
        expect(isHeld).toBe(true);
        expect(outcome).toMatchObject({
          ended: 'failed',
          rollback: { ended: 'done', reason: '' },
          wayOut: '',
        });
        expect(outcome.reason).toMatch(
          /the other nodes, 3 at a time: no progress within 20 s: DaemonSet calico-system\/calico-node: [123] of 4 pods are new/,
        );
        await isAsBefore();
      }, 240_000);

      it('a runner that dies when the first node is new is followed by another one that goes on', async () => {
        const { client } = scene;
        const reader = await dieInTheMiddle();
        const backup = { reader, directory: 'backup', artifact: null, createdAt: '2026-11-28T02:00:00Z' };
        const outcome = await upgrade({ findBundle: () => Promise.resolve(backup) });
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        await isGivenBack();
        expect(await newPods()).toHaveLength(4);
        expect(textAt(await client.get(INSTALLATION), 'status', 'calicoVersion')).toBe(NEWER);
      }, 240_000);
    });
  });
});
