import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterState } from '../../../src/cluster/cluster-state.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { releaseName } from '../../../src/cluster/interpret/image-version.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { installCalico, variantsOf } from '../../../test-cluster/ready-made/install-calico.js';
import { isDefinition, manifestVersions } from '../../../test-cluster/ready-made/manifests.js';
import { startCluster } from '../../../test-cluster/start-cluster.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { isWanted, lackOf, titleOf } from './requirements.js';

const lack = lackOf({ controllers: false });
const installs = (lack === null ? manifestVersions() : []).flatMap((version) =>
  variantsOf(version).map((variant) => [version, variant] as const),
);
/** Upstream's v3.24.6 holds v3.24.5. */
const IMAGES: Readonly<Record<string, string>> = {
  'v3.24.6': 'v3.24.5',
  'v3.24.6-release-branch': 'v3.24.6',
};

(isWanted(lack) ? describe : describe.skip)(
  titleOf('inspect of an API server that upstream’s manifests were applied to', lack),
  () => {
    let cluster: TestCluster;
    let client: ClusterClient;

    beforeAll(async () => {
      cluster = await startCluster({ controllers: false });
      client = await createClusterClient(cluster.kubeconfig, null);
    }, 60_000);

    afterAll(async () => {
      await cluster.stop();
    });

    it('finds no Calico in an empty cluster', async () => {
      const state = await inspect(client);
      expect(state.calico).toBeNull();
      expect(state.unreadable).toEqual([]);
      expect(state.uid).not.toBe('');
      expect(state.kubernetes.gitVersion).toBe(cluster.kubernetes);
    });

    it.each(installs)(
      '%s %s: method, variant and version',
      async (version, variant) => {
        const definitions = variant === 'calico';
        const installed = await installCalico(client, { version, method: 'manifest', variant, definitions });
        const state: ClusterState = await inspect(client);
        for (const object of installed.objects.filter((one) => !isDefinition(one)))
          await client.delete(referenceOf(object));
        const calico = state.calico;
        expect({
          method: calico?.method,
          variant: calico?.variant,
          running: calico?.versions.running && releaseName(calico.versions.running),
          owners: state.owners,
          unreadable: state.unreadable.map(({ resource }) => resource),
        }).toEqual({
          method: 'manifest',
          variant,
          running: IMAGES[version] ?? version,
          owners: [],
          unreadable: variant === 'calico-etcd' ? ['crd.projectcalico.org'] : [],
        });
        const found = new Set(calico?.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
        const missing = installed.objects
          .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
          .filter((name) => !found.has(name) && name !== 'Secret calico-etcd-secrets');
        expect(missing).toEqual([]);
      },
      120_000,
    );
  },
);
