import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAgeBox } from '../../../src/adapters/age.js';
import { findHelm } from '../../../src/adapters/helm.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, ObjectReference } from '../../../src/ports/cluster-client.js';
import type { SecretBox } from '../../../src/ports/secret-box.js';
import { saveBundle } from '../../../src/upgrade/backup/save-bundle.js';
import { findProgram } from '../../../test-cluster/binaries.js';
import { operatorObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { isDefinition } from '../../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';
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

function releaseSecret(revision: number): ObjectReference {
  const name = `sh.helm.release.v1.calico.v${revision}`;
  return { apiVersion: 'v1', kind: 'Secret', namespace: 'tigera-operator', name };
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
    let sealed: MemoryBundle;
    let box: SecretBox;
    let was: ReadonlyMap<string, string>;
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
      sealed = createMemoryBundle();
      box = await createAgeBox('a passphrase of a test', { workFactor: 2 });
      await saveBundle(client, await inspect(client), sealed, {
        madeBy: '0.1.0',
        createdAt: new Date().toISOString(),
        run: '',
        encrypt: box.encrypt,
      });
      was = before;

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

    it('without Helm, its record is put right from the Secrets of the bundle, so that Helm goes on from there', async () => {
      const { client, operator } = scene;
      await installByHelm(cluster(), NEWER, VALUES);
      await running(client, NEWER);
      for (const revision of [1, 3]) await client.delete(releaseSecret(revision));
      expect(await history(cluster())).toEqual([
        `2 superseded tigera-operator-${NEWER}`,
        `4 deployed tigera-operator-${NEWER}`,
      ]);

      const outcome = await rollBack(client, sealed, { force: true, box });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await operator.settle();
      expect(await contentsOf(client)).toEqual(was);
      expect(await history(cluster())).toEqual([
        `2 superseded tigera-operator-${NEWER}`,
        `4 superseded tigera-operator-${NEWER}`,
        `5 deployed tigera-operator-${OLDER}`,
      ]);
      const namespace = ['--namespace', 'tigera-operator'];
      const told = await runHelm(cluster(), 'status', 'calico', ...namespace, '-o', 'json');
      expect(JSON.parse(told)).toMatchObject({
        version: 5,
        info: { status: 'deployed', description: 'Rollback to 1' },
        config: VALUES,
      });
      expect(await runHelm(cluster(), 'list', ...namespace)).toContain(`tigera-operator-${OLDER}`);

      const again = await rollBack(client, sealed, { force: true, box });
      expect(again.plan.verdict).toBe('nothing-to-do');

      await installByHelm(cluster(), OLDER, VALUES);
      expect((await history(cluster())).slice(-2)).toEqual([
        `5 superseded tigera-operator-${OLDER}`,
        `6 deployed tigera-operator-${OLDER}`,
      ]);
    }, 300_000);
  });
});
