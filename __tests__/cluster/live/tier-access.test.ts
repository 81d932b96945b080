import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterState } from '../../../src/cluster/cluster-state.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { READ_ONLY_ROLE, readOnlyRules } from '../../../src/cluster/permissions.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { eventually } from '../../test-cluster/eventually.js';
import { apiServer } from '../../upgrade/preflight/clusters/scenes-run-time.js';
import { clientOfPlanner, lastingWritesOf, PLANNER } from './planner.js';

const BY = { fieldManager: 'test', force: true };
const BINDING = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  namespace: null,
  name: 'calico-tier-getter',
};

describeWithCalico(
  'whether kube-controller-manager may read tiers, of a real API server',
  { controllers: false, audit: true, own: true },
  (cluster) => {
    let administrator: ClusterClient;
    let planner: ClusterClient;

    beforeAll(async () => {
      administrator = await createClusterClient(cluster().kubeconfig, null);
      await installCalico(administrator, { version: 'v3.29.7', method: 'manifest' });
      for (const object of apiServer('True')) await administrator.apply(object, BY);
      planner = await clientOfPlanner(cluster(), administrator);
    }, 120_000);

    const mayReadTiers = ({ calico }: ClusterState): boolean | null | undefined =>
      calico?.components.apiserver?.apiService?.mayReadTiers;

    /** The server learns of roles a moment after they are there, or gone. */
    const readUntil = (expected: boolean | null): Promise<ClusterState> =>
      eventually(async () => {
        const state = await inspect(planner);
        return mayReadTiers(state) === expected ? state : null;
      });

    it('is so with what upstream’s calico.yaml brings, and the documented role is enough to ask', async () => {
      const { unreadable } = await readUntil(true);
      expect(unreadable.map(({ resource }) => resource)).not.toContain(
        'subjectaccessreviews.authorization.k8s.io',
      );
      expect(lastingWritesOf(cluster(), PLANNER)).toEqual([]);
    });

    it('is not so without the binding', async () => {
      await administrator.delete(BINDING);
      expect(mayReadTiers(await readUntil(false))).toBe(false);
    });

    it('is told as unknown to an account that may not ask, which reads the rest', async () => {
      const rules = readOnlyRules().filter(({ resources }) => !resources.includes('subjectaccessreviews'));
      const { apiVersion } = BINDING;
      const role = { apiVersion, kind: 'ClusterRole', metadata: { name: READ_ONLY_ROLE }, rules };
      await administrator.apply(role, BY);
      const { calico, unreadable } = await readUntil(null);
      expect(unreadable).toContainEqual(
        expect.objectContaining({
          resource: 'subjectaccessreviews.authorization.k8s.io',
          isForbidden: true,
          hides:
            'whether kube-controller-manager may read tiers, without which namespaces do not get deleted',
        }),
      );
      expect(calico?.method).toBe('manifest');
    });
  },
);
