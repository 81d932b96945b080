import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { formatVersion } from '../../../src/version/version.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { isDefinition } from '../../../test-cluster/ready-made/manifests.js';
import { contentsOf, podImages, rollBack, rolledOut, save, withoutNewDefaults } from './live-run.js';

describeWithCalico('a hop back on a manifest install', { own: true, lightNodes: 4 }, (cluster) => {
  let client: ClusterClient;
  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
  });

  it.each([
    ['v3.29.7', 'v3.28.2'],
    ['v3.31.7', 'v3.30.7'],
    ['v3.26.4', 'v3.25.2'],
  ])(
    '%s → %s: everything is as it was, definitions excepted',
    async (newer, older) => {
      const installed = await installCalico(client, { method: 'manifest', version: older });
      await installCalicoData(client, { namespace: `shop-${older.slice(1, 5).replace('.', '-')}` });
      await rolledOut(client);
      const [before, images] = [await contentsOf(client), await podImages(client)];
      const bundle = await save(client);

      const upgraded = await installCalico(client, {
        method: 'manifest',
        version: newer,
        command: 'apply --server-side',
      });
      await rolledOut(client);
      expect(await podImages(client)).not.toEqual(images);

      const outcome = await rollBack(client, bundle, { force: true });
      expect(outcome.plan.findings.filter(({ weight }) => weight === 'mandatory')).toEqual([]);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect(withoutNewDefaults(await contentsOf(client))).toEqual(before);
      expect(await podImages(client)).toEqual(images);
      const { calico, leftovers } = await inspect(client);
      expect(calico?.versions.running && formatVersion(calico.versions.running)).toBe(older);
      expect(leftovers).toEqual([]);

      const again = await rollBack(client, bundle, { force: true });
      expect(again.plan.verdict).toBe('nothing-to-do');

      for (const object of [...installed.objects, ...upgraded.objects]) {
        if (!isDefinition(object)) await client.delete(referenceOf(object));
      }
    },
    180_000,
  );
});
