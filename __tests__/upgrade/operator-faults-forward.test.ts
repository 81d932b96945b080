import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberAt, textAt, valueAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { readJournal } from '../../src/upgrade/journal/journal.js';
import { MIN_READY, WIDTH } from '../../src/upgrade/restore/operator-knobs.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { dyingClient } from './dying-client.js';
import { eventually } from '../test-cluster/eventually.js';
import { contentsOf, rollBack, save, withoutRoles } from './restore/live-run.js';
import { INSTALLATION, OPERATOR, type OperatorScene, running, startScene } from './restore/operator-scene.js';
import { hurrying } from './gates/build-waiting.js';
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
      let own: KubernetesObject | null;

      beforeAll(async () => {
        scene = await startScene(cluster());
        await installCalico(scene.client, { method: 'operator', version: OLDER });
        await running(scene.client, OLDER);
        await scene.operator.settle();
        before = await contentsOf(scene.client);
        own = await scene.client.get(INSTALLATION);
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

      /** An upgrade whose runner dies when the first node is changed and the others are not, with the operator as wide. */
      async function dieInTheMiddle(width: 1 | 3, soakMs: number): Promise<MemoryBundle> {
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
          soakMs,
          backUp: () => Promise.resolve(backup),
          onProgress: (text) => {
            if (text === REST && width === 1) dying.die();
          },
        };
        const widening: ClusterClient = {
          ...dying,
          replace: async (object, how) => {
            const written = await dying.replace(object, how);
            if (valueAt(object, ...WIDTH) === 3) dying.die();
            return written;
          },
        };
        await upgrade(options, widening).catch(() => null);
        expect(dying.isDead()).toBe(true);
        const changed = (await newPods()).length;
        expect(changed).toBeGreaterThan(0);
        expect(changed).toBeLessThan(4);
        expect(await readJournal(client)).toMatchObject({ status: 'running', stage: 'operator' });
        expect(valueAt(await client.get(INSTALLATION), ...WIDTH)).toBe(width);
        return bundle;
      }

      async function isGivenBack(): Promise<void> {
        const { client, operator } = scene;
        await operator.settle();
        expect(numberAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(1);
        expect((await client.get(INSTALLATION))?.['spec']).toEqual(own?.['spec']);
        const { calico, leftovers } = await inspect(client);
        expect(calico?.versions.verdict).toBe('agreed');
        expect(leftovers).toEqual([]);
      }

      async function isAsBefore(): Promise<void> {
        await isGivenBack();
        expect(await contentsOf(scene.client)).toEqual(before);
        expect(await newPods()).toEqual([]);
      }

      /** Where a node takes no part, what both releases need stays, roles as well. */
      async function isAsBeforeAndMore(): Promise<void> {
        await isGivenBack();
        const contents = [...withoutRoles(await contentsOf(scene.client))];
        expect(new Map(contents.filter(([name]) => before.has(name)))).toEqual(withoutRoles(before));
        expect(await newPods()).toEqual([]);
      }

      /**
       * The node with the most pods of Deployments, but none whose loss keeps a namespace from going. Nothing more is scheduled
       * there, which what tolerates every taint may be.
       */
      async function loseNode(isMeant: (name: string) => boolean): Promise<string> {
        const servers = await nodesOf('calico-apiserver');
        const others = await nodesOf('calico-system', 'tigera-operator');
        const weight = (name: string): number => others.filter((one) => one === name).length;
        const [name] = cluster()
          .nodes.filter((one) => isMeant(one) && !servers.includes(one))
          .toSorted((one, other) => weight(other) - weight(one));
        if (name === undefined) throw new Error('There is no such node');
        await sayRoom(name, 0);
        await cluster().lightNodes.makeLost(name);
        return name;
      }

      /** The node of each pod there. */
      async function nodesOf(...namespaces: readonly string[]): Promise<readonly string[]> {
        const found: string[] = [];
        for (const namespace of namespaces) {
          for await (const { items } of scene.client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })) {
            found.push(...items.map((pod) => textAt(pod, 'spec', 'nodeName')));
          }
        }
        return found;
      }

      async function findNode(name: string): Promise<void> {
        await sayRoom(name, 110);
        await cluster().lightNodes.makeReady(name);
      }

      /** How many pods a node says that it takes. */
      async function sayRoom(name: string, pods: number): Promise<void> {
        const body = { status: { allocatable: { pods: `${pods}` } } };
        await cluster().api.call('PATCH', `/api/v1/nodes/${name}/status`, body);
      }

      async function availableNodes(): Promise<number | null> {
        const reference = {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          namespace: 'calico-system',
          name: 'calico-node',
        };
        return numberAt(await scene.client.get(reference), 'status', 'numberAvailable');
      }

      it('a runner that dies when the first node is new is followed by another one that rolls back', async () => {
        const bundle = await dieInTheMiddle(1, 0);
        const outcome = await rollBack(scene.client, bundle, { force: true, choice: 'live' });
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        await isAsBefore();
      }, 240_000);

      /** An upgrade in which the operator has a fault from its first nodes on, until the run goes back. */
      function upgradeWith(
        fault: Parameters<OperatorScene['operator']['setFaults']>[0][number],
        options: Partial<UpgradeOptions>,
      ): Promise<UpgradeOutcome> {
        const { operator } = scene;
        let isBack = false;
        return upgrade({
          ...options,
          onProgress: (text) => {
            // On the way back a step is called the same
            if (!isBack && text.endsWith('the first nodes')) operator.setFaults([fault]);
          },
          onFailure: () => {
            isBack = true;
            operator.setFaults([]);
            return Promise.resolve();
          },
        });
      }

      it('an operator that does nothing ends its gate, which says what does not move; it goes back by itself', async () => {
        const stall = { type: 'stall', before: 'calico-typha' } as const;
        const outcome = await upgradeWith(stall, { timeoutMs: 20_000 });
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

      it('an operator that stays Degraded for a reason that does not heal ends it, with its words; it goes back', async () => {
        const { now, sleep } = hurrying(5);
        const outcome = await upgradeWith(
          { type: 'degrade', status: 'calico', reason: 'InvalidConfigurationError', message: 'bad CIDR' },
          { now, sleep, timeoutMs: 900_000 },
        );
        expect(outcome).toMatchObject({
          ended: 'failed',
          rollback: { ended: 'done', reason: '' },
          wayOut: '',
        });
        expect(outcome.reason).toMatch(
          /TigeraStatus calico is Degraded, and stays so \(InvalidConfigurationError: bad CIDR/,
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

      it('a node that is lost in the middle ends the rollout at once; the others go back, and it follows', async () => {
        await cluster().lightNodes.setFaults([SLOWLY]);
        let lost = '';
        const lose = async (): Promise<void> => {
          const changed = (await newPods()).map((pod) => textAt(pod, 'spec', 'nodeName'));
          lost = await loseNode((name) => !changed.includes(name));
        };
        const outcome = await upgrade({
          onProgress: (text) => {
            if (text === REST && lost === '') void lose().catch((error: unknown) => (lost = String(error)));
          },
          onFailure: () => cluster().lightNodes.clearFaults(),
        });
        expect(outcome).toMatchObject({
          ended: 'failed',
          rollback: { ended: 'done', reason: '' },
          wayOut: '',
        });
        expect(outcome.reason).toBe(
          `operator, the other nodes, 3 at a time: Node ${lost} is not Ready: Kubelet stopped posting node status.`,
        );
        await findNode(lost);
        await isAsBeforeAndMore();
      }, 240_000);

      it('a node that was lost before takes no part, forward and back, and follows when it is there again', async () => {
        const { client } = scene;
        // What followed a node that came back is through
        await running(client, OLDER);
        const bundle = await save(client);
        const lost = await loseNode(() => true);
        await eventually(async () => ((await availableNodes()) === 3 ? true : null));
        expect(await upgrade()).toMatchObject({ ended: 'done', reason: '' });
        const changed = (await newPods()).map((pod) => textAt(pod, 'spec', 'nodeName'));
        expect(changed.toSorted()).toEqual(cluster().nodes.filter((name) => name !== lost));
        const back = await rollBack(client, bundle, { force: true, choice: 'live' });
        expect(back).toMatchObject({ ended: 'done', reason: '' });
        expect(await newPods()).toEqual([]);
        await findNode(lost);
        await isAsBeforeAndMore();
      }, 300_000);

      it('a runner that dies at its full width is followed by another one that goes on, narrower and without a soak', async () => {
        const { client } = scene;
        const reader = await dieInTheMiddle(3, 1_000);
        expect(numberAt(await client.get(INSTALLATION), ...MIN_READY)).toBe(21);
        const backup = { reader, directory: 'backup', artifact: null, createdAt: '2026-11-28T02:00:00Z' };
        let seen: Promise<KubernetesObject | null> | null = null;
        const outcome = await upgrade({
          maxUnavailable: { nodes: 1 },
          findBundle: () => Promise.resolve(backup),
          onProgress: (text) => {
            if (text === 'operator: the operator, and the first nodes') seen = client.get(INSTALLATION);
          },
        });
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        const meanwhile = await Promise.resolve(seen);
        expect([WIDTH, MIN_READY].map((field) => numberAt(meanwhile, ...field))).toEqual([1, null]);
        await isGivenBack();
        expect(await newPods()).toHaveLength(4);
        expect(textAt(await client.get(INSTALLATION), 'status', 'calicoVersion')).toBe(NEWER);
      }, 300_000);
    });
  });
});
