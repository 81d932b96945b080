import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { calicoNodes } from '../../src/cluster/calico-nodes.js';
import { inspect } from '../../src/cluster/inspect.js';
import { checkNetwork } from '../../src/connectivity/check-network.js';
import type { Disruption } from '../../src/connectivity/monitor/disruption.js';
import { MONITOR_NAMESPACE } from '../../src/connectivity/monitor/monitor-objects.js';
import { monitorTraffic } from '../../src/connectivity/monitor/monitor-traffic.js';
import { PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import type { NetworkTestResult } from '../../src/connectivity/results.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { provideCalicoImages } from '../../test-cluster/real-nodes/calico-stand-in.js';
import { podImages, rolledOut, runOptions } from '../upgrade/restore/live-run.js';
import { playPolicies } from './played-policies.js';
import { liveUpgrade } from '../upgrade/live-upgrade.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';

const NODES = ['real-1', 'real-2', 'real-3'];
const [OLDER, NEWER] = ['v3.29.7', 'v3.30.7'];

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
      let client: ClusterClient;

      beforeAll(async () => {
        client = await createClusterClient(cluster().kubeconfig, null);
        await provideCalicoImages(cluster().directory, OLDER);
        await installCalico(client, { method: 'manifest', version: OLDER });
        await rolledOut(client);
      }, 180_000);

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

      it('to a release that drops forwarded traffic on the second wave fails in that wave and goes back, and traffic flows again', async () => {
        await provideCalicoImages(cluster().directory, NEWER, {
          fault: { kind: 'drops-forwarding' },
          nodes: ['real-2'],
        });
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
      }, 480_000);

      it('to one that works passes, and says how long new pods took', async () => {
        await provideCalicoImages(cluster().directory, NEWER);
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
      }, 480_000);
    },
  );
});
