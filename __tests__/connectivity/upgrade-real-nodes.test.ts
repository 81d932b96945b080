import { beforeAll, expect, it } from '@jest/globals';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { calicoNodes } from '../../src/cluster/calico-nodes.js';
import { inspect } from '../../src/cluster/inspect.js';
import { checkNetwork } from '../../src/connectivity/check-network.js';
import type { Disruption } from '../../src/connectivity/monitor/disruption.js';
import { MONITOR_NAMESPACE } from '../../src/connectivity/monitor/monitor-objects.js';
import { monitorTraffic } from '../../src/connectivity/monitor/monitor-traffic.js';
import { PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import { openNetworkTest } from '../../src/connectivity/network-test.js';
import {
  explainRegressions,
  explainUntried,
  type NetworkTestResult,
} from '../../src/connectivity/results.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { provideCalicoImages } from '../../test-cluster/real-nodes/calico-stand-in.js';
import { openRealNode } from '../../test-cluster/real-nodes/real-node.js';
import { createScene, type Scene } from '../test-cluster/real-nodes/scene.js';
import { podImages, rolledOut, runOptions } from '../upgrade/restore/live-run.js';
import { playPolicies } from './played-policies.js';
import { liveUpgrade } from '../upgrade/live-upgrade.js';
import { missedSince, runUsersPods, tryNewPods, type UsersPods } from '../upgrade/users-pods.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';

const NODES = ['real-1', 'real-2', 'real-3'];
const [OLDER, NEWER] = ['v3.28.2', 'v3.29.7'];

const POLICY_SCENARIOS = new Set([
  'policy-ingress',
  'policy-egress',
  'policy-calico',
  'policy-tiers',
] as const);

interface TokenRequest {
  readonly status: { readonly token: string };
}

interface Tested {
  readonly outcome: UpgradeOutcome;
  readonly network: NetworkTestResult | null;
  readonly disruption: Disruption | null;
  readonly warnings: readonly string[];
}

describeInTurn('network in an upgrade', () => {
  describeWithCalico(
    'an upgrade with the network test and the disruption monitor on real nodes',
    { realNodes: 3, own: true },
    (cluster) => {
      let scene: Scene;
      let client: ClusterClient;
      let users: UsersPods;

      beforeAll(async () => {
        scene = await createScene(cluster());
        client = scene.client;
        await provideCalicoImages(cluster().directory, OLDER);
        await installCalico(client, { method: 'manifest', version: OLDER });
        await rolledOut(client);
        users = await runUsersPods(scene, NODES);
      }, 240_000);

      async function upgrade(): Promise<Tested> {
        const warnings: string[] = [];
        const policies = playPolicies(client, cluster().directory);
        const options = runOptions({
          force: true,
          maxUnavailable: { nodes: 1 },
          onWarning: (text) => warnings.push(text),
        });
        const network = checkNetwork(client, {
          ...options,
          findNodes: async () => calicoNodes(await inspect(client)),
          image: AGNHOST_IMAGE,
          settings: { ...DEFAULT_SETTINGS, settleMs: 20_000 },
        });
        const connections = monitorTraffic(client, {
          ...options,
          ...REAL_TIMING,
          findNodes: () => Promise.resolve(NODES),
          image: AGNHOST_IMAGE,
          deadlineMs: 900_000,
          maxDisruptionMs: null,
          timeoutMs: 120_000,
        });
        try {
          const outcome = await liveUpgrade(client, NEWER, { ...options, traffic: [network, connections] });
          return { outcome, network: network.result(), disruption: connections.disruption(), warnings };
        } finally {
          await policies.stop();
        }
      }

      /** What the test and the monitor left in the cluster. */
      async function left(): Promise<readonly unknown[]> {
        const namespaces = [PROBE_NAMESPACE, MONITOR_NAMESPACE].map((name) =>
          client.get({ apiVersion: 'v1', kind: 'Namespace', namespace: null, name }),
        );
        const { leftovers } = await inspect(client);
        return [...(await Promise.all(namespaces)).filter((one) => one !== null), ...leftovers];
      }

      it('to a release that drops forwarded traffic on the second wave fails in that wave and goes back, and traffic flows again, also that of users’ pods, which are the same', async () => {
        await provideCalicoImages(cluster().directory, NEWER, {
          fault: { kind: 'drops-forwarding' },
          nodes: ['real-2'],
        });
        const [pods, calls] = [await users.see(), await users.calls()];
        const { outcome, network, disruption, warnings } = await upgrade();
        process.stderr.write(`${outcome.reason}\n${warnings.join('\n')}\n`);
        expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' } });
        expect(outcome.reason).toMatch(/wave 2 of 3/);
        expect(outcome.reason).toMatch(/pod-same-node|pod-cross-node/);
        expect(outcome.reason).toContain('real-2');
        expect(network?.rounds.map(({ when, nodes }) => [when, nodes])).toEqual([
          ['before', ['real-1', 'real-2', 'real-3']],
          ['wave', ['real-1']],
          ['wave', ['real-2']],
          ['end', ['real-1', 'real-2', 'real-3']],
        ]);
        expect(warnings).toContain('The network test passes now: traffic flows as it did before.');
        expect((await podImages(client)).every((image) => image.endsWith(OLDER))).toBe(true);
        const [failure] = network?.rounds[2]?.failures ?? [];
        expect(failure?.diagnosis.join('\n')).toContain('dropping what this node forwards');
        // Connections are held on beside it, and see what the test sees
        expect(disruption?.longest?.changedNodes).toEqual(['real-2']);
        expect(await left()).toEqual([]);
        expect((await users.calls())['real-2']?.missed).toBeGreaterThan(calls['real-2']?.missed ?? 0);
        expect(await users.see()).toEqual(pods);
        expect(await users.unanswered()).toEqual([]);
      }, 900_000);

      it('to one that works passes, says how long new pods took, and users’ pods are the same and were answered all the time', async () => {
        await provideCalicoImages(cluster().directory, NEWER);
        const [pods, calls] = [await users.see(), await users.calls()];
        const { outcome, network, disruption, warnings } = await upgrade();
        process.stderr.write(
          `${network?.rounds.map(({ when, ms, requests, settled }) => `${when} ${ms} ms ${requests} requests ${JSON.stringify(settled)}`).join('\n')}\n${warnings.join('\n')}\n`,
        );
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        expect(network?.rounds.map(({ when }) => when)).toEqual(['before', 'wave', 'wave', 'wave', 'hop']);
        expect(
          network?.rounds.flatMap(({ settled }) => settled).every(({ connectedMs }) => connectedMs !== null),
        ).toBe(true);
        expect(disruption?.unmeasured).toEqual([]);
        expect(disruption?.paths).toHaveLength(18);
        expect(disruption?.paths.filter(({ resets }) => resets.length > 0)).toEqual([]);
        expect(disruption?.longest?.ms).toBeLessThan(3000);
        expect(await left()).toEqual([]);
        expect(await users.see()).toEqual(pods);
        expect(missedSince(calls, await users.calls())).toEqual([]);
        expect(await users.unanswered()).toEqual([]);
        expect(await tryNewPods(scene, NODES)).toEqual(NODES.map(() => true));
      }, 900_000);

      it('new pods come up after the token of the CNI plugin was renewed, and are missed where it is not taken any more', async () => {
        const { nodes } = await inspect(client);
        const test = openNetworkTest(client, {
          ...REAL_TIMING,
          signal: new AbortController().signal,
          nodes,
          image: AGNHOST_IMAGE,
          settings: { ...DEFAULT_SETTINGS, settleMs: 15_000, skip: POLICY_SCENARIOS },
          run: 'https://ci.example/runs/1',
          onProgress: () => undefined,
        });
        const before = await tokenOn('real-2');
        try {
          await test.baseline();
          await giveToken('real-2', await newToken());
          const renewed = await test.afterWave(['real-2']);
          await giveToken('real-2', await revokedToken());
          const refused = await test.afterWave(['real-2']);
          await giveToken('real-2', before);
          const mended = await test.afterWave(['real-2']);

          expect([explainRegressions(renewed), explainUntried(renewed)]).toEqual([null, null]);
          expect(renewed.settled.map(({ node, connectedMs }) => [node, connectedMs !== null])).toEqual([
            ['real-2', true],
          ]);
          const regressions = refused.failures.filter(({ judgement }) => judgement === 'regression');
          expect([...new Set(regressions.map(({ scenario }) => scenario))]).toEqual(['new-pods']);
          expect(explainRegressions(refused)).toContain('real-2');
          expect(JSON.stringify(refused.failures)).toContain('connection is unauthorized');
          expect([explainRegressions(mended), explainUntried(mended)]).toEqual([null, null]);
        } finally {
          await giveToken('real-2', before);
          await test.close();
        }
        expect(await left()).toEqual([]);
      }, 900_000);

      const KUBECONFIG = '/etc/cni/net.d/calico-kubeconfig';
      const ACCOUNT = '/api/v1/namespaces/kube-system/serviceaccounts/calico-node/token';
      const SECRETS = '/api/v1/namespaces/kube-system/secrets';

      async function tokenOn(name: string): Promise<string> {
        const { stdout } = await openRealNode(cluster().directory, name).run(['cat', KUBECONFIG]);
        return /^ *token: (\S+)$/m.exec(stdout)?.[1] ?? '';
      }

      /** As calico-node does with one that it renewed. */
      async function giveToken(name: string, token: string): Promise<void> {
        const change = `s/^( *token:) .*/\\1 ${token}/`;
        const { status } = await openRealNode(cluster().directory, name).run([
          'sed',
          '-Ei',
          change,
          KUBECONFIG,
        ]);
        expect(status).toBe(0);
      }

      async function newToken(boundTo: object = {}): Promise<string> {
        const { status } = await cluster().api.call<TokenRequest>('POST', ACCOUNT, { spec: boundTo });
        return status.token;
      }

      /** One that ended with what it was bound to, as those of pods do. */
      async function revokedToken(): Promise<string> {
        const metadata = { name: 'bound' };
        const { metadata: made } = await cluster().api.call<KubernetesObject>('POST', SECRETS, { metadata });
        const { name, uid } = made;
        const token = await newToken({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid } });
        await cluster().api.call('DELETE', `${SECRETS}/${name}`);
        return token;
      }
    },
  );
});
