import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { releaseName } from '../../../src/cluster/interpret/image-version.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installIpamState } from '../../../test-cluster/ready-made/calico-node-writes.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { installKubeadmObjects } from '../../../test-cluster/ready-made/kubeadm.js';
import { startCluster } from '../../../test-cluster/start-cluster.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { pod } from '../build.js';
import { eventually } from '../../test-cluster/eventually.js';
import { isWanted, lackOf, titleOf } from './requirements.js';
import { clientOfPlanner, PLANNER, writesOf } from './planner.js';

const OPTIONS = { lightNodes: 3, audit: true };
const lack = lackOf(OPTIONS);

(isWanted(lack) ? describe : describe.skip)(
  titleOf('inspect of a cluster whose controllers and nodes work', lack),
  () => {
    let cluster: TestCluster;
    let administrator: ClusterClient;

    beforeAll(async () => {
      cluster = await startCluster(OPTIONS);
      administrator = await createClusterClient(cluster.kubeconfig, null);
      await installKubeadmObjects(administrator, { kubernetes: cluster.kubernetes, kubeProxyMode: 'ipvs' });
      await installCalico(administrator, {
        version: 'v3.28.2',
        method: 'manifest',
        variant: 'calico-typha',
        owner: 'flux',
      });
      await installCalicoData(administrator, { nodes: cluster.nodes });
      await installIpamState(administrator, cluster.nodes);
      await eventually(async () => {
        const { calico } = await inspect(administrator);
        return calico?.components.node?.ready === 3 && calico.components.typha?.ready === 1 ? true : null;
      }, 120_000);
    }, 240_000);

    afterAll(async () => {
      await cluster.stop();
    });

    it('reads under the documented role alone, all that an administrator reads, and writes nothing', async () => {
      const planner = await clientOfPlanner(cluster, administrator);
      const state = await inspect(planner);
      const whole = await inspect(administrator);
      expect(state.unreadable).toEqual([]);
      const steady = ({ calico, ...rest }: typeof state): unknown => ({
        ...rest,
        nodes: rest.nodes.length,
        podCount: null,
        calico: { ...calico, warnings: null },
      });
      expect(steady(state)).toEqual(steady(whole));
      expect(writesOf(cluster, PLANNER)).toEqual([]);
      await expect(
        planner.create(pod('proof', { namespace: 'default' }), { fieldManager: 'test' }),
      ).rejects.toThrow();
      expect(writesOf(cluster, PLANNER)).toEqual(['create pods']);
    }, 60_000);

    it('tells what runs, on what, and whose it is', async () => {
      const state = await inspect(administrator);
      const calico = state.calico;
      expect(state.nodes.map(({ name, isReady }) => [name, isReady])).toEqual(
        [...cluster.nodes].sort().map((name) => [name, true]),
      );
      expect(calico?.versions.running && releaseName(calico.versions.running)).toBe('v3.28.2');
      expect(calico?.variant).toBe('calico-typha');
      expect(calico?.components.node?.pods.map(({ node, isReady }) => [node, isReady]).sort()).toEqual(
        [...cluster.nodes].sort().map((name) => [name, true]),
      );
      expect(calico?.components.node?.pods.every(({ startMs }) => startMs !== null)).toBe(true);
      expect(state.owners.map(({ tool, source }) => [tool, source])).toEqual([
        ['flux', 'Kustomization flux-system/calico'],
      ]);
      expect(state.network.kubeProxy.mode).toBe('ipvs');
      expect(calico?.config.podSubnets).toEqual(['10.244.0.0/16']);
      expect(calico?.config.pools.map(({ name }) => name)).toEqual(['default-ipv4-ippool']);
      expect(calico?.components.typha?.disruptionBudget?.reference.name).toBe('calico-typha');
      expect(calico?.components.kubeControllers?.enabledControllers).toEqual(['node']);
    }, 60_000);

    it('room is less by what calico-node asks for', async () => {
      const { nodes } = await inspect(administrator);
      const raw = await administrator.get({
        apiVersion: 'v1',
        kind: 'Node',
        namespace: null,
        name: nodes[0]?.name ?? '',
      });
      const allocatable = raw?.['status'] as {
        readonly allocatable: { readonly cpu: string; readonly pods: string };
      };
      expect(nodes[0]?.room.cpuMillis).toBeLessThanOrEqual(Number(allocatable.allocatable.cpu) * 1000 - 250);
      expect(nodes[0]?.room.pods).toBeLessThan(Number(allocatable.allocatable.pods));
    }, 60_000);
  },
);
