import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { calicoNodes } from '../../src/cluster/calico-nodes.js';
import { listAt, textAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import { checkNetwork } from '../../src/connectivity/check-network.js';
import type { NetworkTestResult } from '../../src/connectivity/results.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { provideCalicoImages } from '../../test-cluster/real-nodes/calico-stand-in.js';
import { playPolicies } from '../connectivity/played-policies.js';
import { createScene, type Scene } from '../test-cluster/real-nodes/scene.js';
import { liveUpgrade } from './live-upgrade.js';
import { contentsOf, runOptions } from './restore/live-run.js';
import {
  installation,
  isWell,
  type OperatorScene,
  running,
  startScene,
  statuses,
} from './restore/operator-scene.js';
import { missedSince, runUsersPods, tryNewPods, type UsersPods } from './users-pods.js';

const NODES = ['real-1', 'real-2'];
const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
const NAMESPACES = ['calico-system', 'calico-apiserver', 'tigera-operator'];
const WORKLOADS = [
  'calico-apiserver',
  'calico-kube-controllers',
  'calico-node',
  'calico-typha',
  'csi-node-driver',
  'goldmane',
  'tigera-operator',
  'whisker',
];

interface CalicoPod {
  readonly app: string;
  readonly uid: string;
  readonly node: string;
  readonly images: readonly string[];
  readonly isReady: boolean;
}

interface Tested {
  readonly outcome: UpgradeOutcome;
  readonly network: NetworkTestResult | null;
  readonly warnings: readonly string[];
}

describeInTurn('an operator’s upgrade on real nodes', () => {
  describeWithCalico('an upgrade by an operator on real nodes', { realNodes: 2, own: true }, (cluster) => {
    // Ends before the cluster does
    describe('with the operator', () => {
      let scene: OperatorScene;
      let place: Scene;
      let users: UsersPods;

      beforeAll(async () => {
        scene = await startScene(cluster());
        await provideCalicoImages(cluster().directory, OLDER, { readyAfterSeconds: 0 });
        await installCalico(scene.client, { method: 'operator', version: OLDER });
        await running(scene.client, OLDER);
        place = await createScene(cluster());
        users = await runUsersPods(place, NODES);
        await scene.operator.settle();
      }, 400_000);
      afterAll(() => scene.stop());

      async function upgrade(): Promise<Tested> {
        const { client } = scene;
        const warnings: string[] = [];
        const policies = playPolicies(client, cluster().directory);
        const options = runOptions({ force: true, onWarning: (text) => warnings.push(text) });
        const network = checkNetwork(client, {
          ...options,
          ...REAL_TIMING,
          findNodes: async () => calicoNodes(await inspect(client)),
          image: AGNHOST_IMAGE,
          settings: DEFAULT_SETTINGS,
        });
        try {
          const outcome = await liveUpgrade(client, NEWER, { ...options, traffic: [network] });
          await scene.operator.settle();
          return { outcome, network: network.result(), warnings };
        } finally {
          await policies.stop();
        }
      }

      function tell(network: NetworkTestResult | null, warnings: readonly string[]): void {
        const rounds = network?.rounds.map(({ when, ms }) => `${when} ${ms} ms`) ?? [];
        process.stderr.write(`${[...rounds, ...warnings].join('\n')}\n`);
      }

      async function calicoPods(): Promise<readonly CalicoPod[]> {
        const found: CalicoPod[] = [];
        for (const namespace of NAMESPACES) {
          const kind = { apiVersion: 'v1', kind: 'Pod' };
          for await (const { items } of scene.client.list(kind, { namespace })) {
            for (const pod of items) {
              found.push({
                app: pod.metadata.labels?.['k8s-app'] ?? '',
                uid: pod.metadata.uid ?? '',
                node: textAt(pod, 'spec', 'nodeName'),
                images: listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'image')),
                isReady: listAt(pod, 'status', 'conditions').some(
                  ({ type, status }) => type === 'Ready' && status === 'True',
                ),
              });
            }
          }
        }
        return found;
      }

      /** All that an operator installs runs, of this version, and its API answers. */
      async function allRun(version: string): Promise<void> {
        const pods = await calicoPods();
        expect([...new Set(pods.map(({ app }) => app))].toSorted()).toEqual(WORKLOADS);
        expect(pods.filter(({ isReady }) => !isReady)).toEqual([]);
        const images = pods.filter(({ app }) => app !== 'tigera-operator').flatMap((pod) => pod.images);
        expect(images.filter((image) => !image.endsWith(`:${version}`))).toEqual([]);
        expect((await statuses(scene.client)).every(isWell)).toBe(true);
        const { status } = await cluster().api.ask('GET', '/apis/projectcalico.org/v3/ippools');
        expect(status).toBe(200);
        expect((await inspect(scene.client)).leftovers).toEqual([]);
      }

      /** The pods of calico-node, by node. */
      async function nodePods(): Promise<ReadonlyMap<string, string>> {
        const pods = (await calicoPods()).filter(({ app }) => app === 'calico-node');
        return new Map(pods.map(({ node, uid }) => [node, uid]));
      }

      it('to a release that drops forwarded traffic goes back by itself; only the canary was touched, and users’ pods are the same', async () => {
        await allRun(OLDER);
        await provideCalicoImages(cluster().directory, NEWER, {
          fault: { kind: 'drops-forwarding' },
          readyAfterSeconds: 0,
        });
        const before = await contentsOf(scene.client);
        const nodes = await nodePods();
        const [pods, calls] = [await users.see(), await users.calls()];

        const { outcome, network, warnings } = await upgrade();

        tell(network, warnings);
        expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
        expect(outcome.reason).toContain('the operator, and the first nodes');
        expect(outcome.reason).toMatch(/pod-same-node|pod-cross-node/);
        expect(network?.rounds.map(({ when }) => when)).toEqual(['before', 'wave', 'end']);
        expect(warnings).toContain('The network test passes now: traffic flows as it did before.');
        const touched = [...(await nodePods())].flatMap(([node, uid]) =>
          nodes.get(node) === uid ? [] : [node],
        );
        expect(touched).toHaveLength(1);
        const [canary = ''] = touched;
        expect(await contentsOf(scene.client)).toEqual(before);
        await allRun(OLDER);
        expect((await users.calls())[canary]?.missed).toBeGreaterThan(calls[canary]?.missed ?? 0);
        expect(await users.see()).toEqual(pods);
        expect(await users.unanswered()).toEqual([]);
      }, 1_200_000);

      it('to one that works is done; users’ pods are the same and were answered all the time', async () => {
        await provideCalicoImages(cluster().directory, NEWER, { readyAfterSeconds: 0 });
        const was = await installation(scene.client);
        const [pods, calls] = [await users.see(), await users.calls()];

        const { outcome, network, warnings } = await upgrade();

        tell(network, warnings);
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        expect(network?.rounds.map(({ when }) => when)).toEqual(['before', 'wave', 'hop']);
        expect(await installation(scene.client)).toMatchObject({ uid: was.uid, version: NEWER });
        await allRun(NEWER);
        expect(await users.see()).toEqual(pods);
        expect(missedSince(calls, await users.calls())).toEqual([]);
        expect(await users.unanswered()).toEqual([]);
        expect(await tryNewPods(place, NODES)).toEqual(NODES.map(() => true));
      }, 1_200_000);
    });
  });
});
