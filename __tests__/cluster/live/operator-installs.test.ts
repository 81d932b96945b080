import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { releaseName } from '../../../src/cluster/interpret/image-version.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { type StandInOperator, startStandInOperator } from '../../../test-cluster/operator/stand-in.js';
import { createHelmRelease } from '../../../test-cluster/ready-made/helm-release.js';
import { installCalico, installationObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { startCluster } from '../../../test-cluster/start-cluster.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { eventually } from '../../test-cluster/eventually.js';
import { isWanted, lackOf, titleOf } from './requirements.js';
import { clientOfPlanner } from './planner.js';

const OPTIONS = { lightNodes: 3 };
const lack = lackOf(OPTIONS);

(isWanted(lack) ? describe : describe.skip)(
  titleOf('inspect of a cluster that the operator and Helm installed', lack),
  () => {
    let cluster: TestCluster;
    let administrator: ClusterClient;
    let operator: StandInOperator;

    beforeAll(async () => {
      cluster = await startCluster(OPTIONS);
      administrator = await createClusterClient(cluster.kubeconfig, null);
      operator = startStandInOperator(administrator);
      await installCalico(administrator, { version: 'v3.29.7', method: 'operator', owner: 'helm' });
      const values = { installation: { calicoNetwork: { mtu: 1400 } } };
      const manifest = JSON.parse(JSON.stringify(installationObjects('v3.29.7'))) as KubernetesObject[];
      await createHelmRelease(administrator, {
        version: 'v3.29.7',
        values,
        manifest,
        revision: 9,
        status: 'superseded',
      });
      await createHelmRelease(administrator, { version: 'v3.29.7', values, manifest, revision: 10 });
      await eventually(async () => {
        const { calico } = await inspect(administrator);
        const isAvailable = calico?.operator?.tigeraStatuses.some(
          (one) => one.name === 'calico' && one.isAvailable,
        );
        const isThere = calico?.versions.verdict === 'agreed' && calico.components.node?.ready === 3;
        return isThere && isAvailable === true ? true : null;
      }, 180_000);
    }, 300_000);

    afterAll(async () => {
      await operator.stop();
      await cluster.stop();
    });

    it('tells method, operator, release and statuses, under the documented roles alone', async () => {
      const planner = await clientOfPlanner(cluster, administrator, 'tigera-operator');
      const state = await inspect(planner);
      const calico = state.calico;
      expect(state.unreadable).toEqual([]);
      expect({ method: calico?.method, variant: calico?.variant, namespace: calico?.namespace }).toEqual({
        method: 'helm',
        variant: 'operator',
        namespace: 'calico-system',
      });
      expect(calico?.versions.explanation).toBe('Every source says v3.29.7.');
      expect(calico?.operator?.installs && releaseName(calico.operator.installs)).toBe('v3.29.7');
      expect(calico?.operator?.tigeraStatuses.find(({ name }) => name === 'calico')).toMatchObject({
        isAvailable: true,
        isCurrent: true,
      });
      expect(calico?.helm).toMatchObject({
        chart: 'tigera-operator',
        revision: 10,
        status: 'deployed',
        values: { installation: { calicoNetwork: { mtu: 1400 } } },
      });
      expect(calico?.components.typha?.replicas).toBeGreaterThan(0);
      expect(state.owners.map(({ tool }) => tool)).toEqual(['helm']);
    }, 60_000);

    it('without the Role for the release’s Secrets says what is not known, and still tells the rest', async () => {
      await administrator.delete({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        namespace: 'tigera-operator',
        name: 'calico-upgrade-action-plan',
      });
      const planner = await clientOfPlanner(cluster, administrator);
      const state = await eventually(async () => {
        const found = await inspect(planner);
        return found.unreadable.length > 0 ? found : null;
      });
      expect(state.unreadable).toMatchObject([{ resource: 'secrets', isForbidden: true }]);
      expect(state.calico?.method).toBe('helm');
      expect(state.calico?.helm).toBeNull();
    }, 60_000);
  },
);
