import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { isRendered } from '../../../src/upgrade/restore/rendered.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { eventually } from '../../test-cluster/eventually.js';
import { contentsOf, objectsThatGoBack, rollBack, save } from './live-run.js';
import { type OperatorScene, running, startScene } from './operator-scene.js';

const RELEASE = 'v3.31.7';

describeWithCalico(
  'restore after backup, on an operator install',
  { own: true, lightNodes: 3 },
  (cluster) => {
    // Ends before the cluster does
    describe('with the operator', () => {
      let scene: OperatorScene;

      beforeAll(async () => {
        scene = await startScene(cluster());
        await installCalico(scene.client, { method: 'operator', version: RELEASE });
        await running(scene.client, RELEASE);
        await installCalicoData(scene.client);
        await scene.operator.settle();
      }, 200_000);
      afterAll(() => scene.stop());

      it('is the identity, whatever of it was deleted or mangled', async () => {
        const { client, operator } = scene;
        const before = await contentsOf(client);
        const bundle = await save(client);
        const mine = (await objectsThatGoBack(client)).filter(isMangled);
        for (const [index, object] of mine.entries()) {
          if (index % 3 === 0) await client.delete(referenceOf(object));
          if (index % 3 === 1) {
            await eventually(async () => {
              const live = await client.get(referenceOf(object));
              return live && client.replace(mangledOf(live), { fieldManager: 'somebody' });
            });
          }
        }
        expect(mine.length).toBeGreaterThan(12);

        const outcome = await rollBack(client, bundle, { choice: 'bundle', force: true });
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        await operator.settle();
        expect(await contentsOf(client)).toEqual(before);
      }, 300_000);
    });
  },
);

/** What the operator renders it puts right by itself; its own resources and namespaces are another matter. */
function isMangled(object: KubernetesObject): boolean {
  const { apiVersion, kind, metadata } = object;
  if (
    isRendered(object) ||
    kind === 'Namespace' ||
    /operator\.tigera|projectcalico\.org\/v3/.test(apiVersion)
  ) {
    return false;
  }
  return apiVersion.startsWith('crd.projectcalico.org')
    ? kind.includes('Policy') || kind.includes('NetworkSet') || kind === 'BGPPeer'
    : metadata.name.startsWith('tigera-operator');
}

function mangledOf(object: KubernetesObject): KubernetesObject {
  const metadata = { ...object.metadata, labels: { ...object.metadata.labels, mangled: 'yes' } };
  if (Array.isArray(object['rules'])) return { ...object, metadata, rules: [] };
  return { ...object, metadata };
}
