import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findHelm } from '../../../src/adapters/helm.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { findProgram } from '../../../test-cluster/binaries.js';
import { operatorObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { isDefinition } from '../../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { hasHelm, runHelm } from '../../test-cluster/run-helm.js';
import { installByHelm } from '../plan/helm-install.js';
import { contentsOf, rollBack, save } from './live-run.js';
import { type OperatorScene, running, startScene } from './operator-scene.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const VALUES = { installation: { controlPlaneReplicas: 1 } };

async function definitions(client: ClusterClient, version: string): Promise<void> {
  const objects = operatorObjects(version).filter((one) => isDefinition(one) || one.kind === 'Namespace');
  await installObjects(client, objects, { command: 'apply --server-side' });
}

/** Revisions as Helm tells them: `1 superseded tigera-operator-v3.30.7`. */
async function history(cluster: TestCluster): Promise<readonly string[]> {
  const text = await runHelm(cluster, 'history', 'calico', '--namespace', 'tigera-operator', '-o', 'json');
  const rows = JSON.parse(text) as readonly Readonly<Record<string, unknown>>[];
  return rows.map(({ revision, status, chart }) => `${String(revision)} ${String(status)} ${String(chart)}`);
}

describeWithCalico('a hop back on an install by Helm', { own: true, lightNodes: 4 }, (cluster) => {
  (hasHelm() ? describe : describe.skip)('with the real helm and the operator', () => {
    let scene: OperatorScene;
    beforeAll(async () => {
      scene = await startScene(cluster());
    });
    afterAll(() => scene.stop());

    it('all is as it was, and Helm believes so', async () => {
      const { client, operator } = scene;
      await definitions(client, OLDER);
      await installByHelm(cluster(), OLDER, VALUES);
      await running(client, OLDER);
      await operator.settle();
      const before = await contentsOf(client);
      const bundle = await save(client);

      await definitions(client, NEWER);
      await installByHelm(cluster(), NEWER, { ...VALUES, resources: { requests: { cpu: '50m' } } });
      await running(client, NEWER);

      const without = await rollBack(client, bundle, { force: true });
      expect(without).toMatchObject({ ended: 'done', reason: '' });
      expect(without.plan.findings).toContainEqual(
        expect.objectContaining({
          code: 'rollback-helm',
          weight: 'warning',
          remedy: 'Run afterwards: helm rollback calico 1 --namespace tigera-operator --no-hooks',
        }),
      );
      await operator.settle();
      expect(await contentsOf(client)).toEqual(before);
      expect(await history(cluster())).toEqual([
        `1 superseded tigera-operator-${OLDER}`,
        `2 deployed tigera-operator-${NEWER}`,
      ]);

      const helm = findHelm({
        kubeconfig: cluster().kubeconfig,
        context: null,
        directory: '/',
        variables: { PATH: dirname(await findProgram('helm')), HOME: tmpdir() },
        temporary: tmpdir(),
      });
      const told = await rollBack(client, bundle, { force: true, helm });
      expect(told).toMatchObject({ ended: 'done', reason: '' });
      await operator.settle();
      expect(await contentsOf(client)).toEqual(before);
      expect(await history(cluster())).toEqual([
        `1 superseded tigera-operator-${OLDER}`,
        `2 superseded tigera-operator-${NEWER}`,
        `3 deployed tigera-operator-${OLDER}`,
      ]);
      const status = await runHelm(cluster(), 'status', 'calico', '--namespace', 'tigera-operator');
      expect(status).toContain('STATUS: deployed');
      expect((await inspect(client)).leftovers).toEqual([]);

      const again = await rollBack(client, bundle, { force: true, helm });
      expect(again.plan.verdict).toBe('nothing-to-do');
      expect(again.plan.findings.map(({ code }) => code)).not.toContain('rollback-helm');
    }, 400_000);
  });
});
