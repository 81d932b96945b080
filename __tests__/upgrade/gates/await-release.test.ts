import { describe, expect, test } from '@jest/globals';
import { awaitRelease } from '../../../src/upgrade/gates/await-release.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { manifestInstall } from '../preflight/clusters/well-clusters.js';
import { createLivingCluster, type LivingCluster } from '../restore/living-cluster.js';
import { KUBERNETES, NEWER, OLDER } from '../restore/scene.js';
import { hurrying } from './build-waiting.js';

/** A cluster of the newer release, with one more pod of the older one on a node that is not in the cluster. */
function clusterWithLeftPod(prefix: string): { cluster: LivingCluster; left: KubernetesObject } {
  const cluster = createLivingCluster(manifestInstall(NEWER, KUBERNETES));
  const pod = cluster.client
    .objects()
    .find(({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith(prefix));
  if (!pod) throw new Error(`there is no pod ${prefix}…`);
  const text = JSON.stringify(pod['spec']).replaceAll(NEWER, OLDER);
  const left = {
    ...pod,
    metadata: { ...pod.metadata, name: `${prefix}left`, uid: 'left' },
    spec: { ...(JSON.parse(text) as object), nodeName: 'left' },
  };
  cluster.client.set(left);
  return { cluster, left };
}

describe('the release that is waited for', () => {
  test.each(['calico-node-', 'calico-kube-controllers-'])(
    'runs where only a pod %s of a node that left, and is not collected yet, is of another',
    async (prefix) => {
      const { cluster } = clusterWithLeftPod(prefix);
      const { fault, state } = await awaitRelease(
        cluster.client,
        NEWER,
        hurrying(1000, { timeoutMs: 60_000 }),
      );
      expect(state.calico?.versions.verdict).toBe('mixed');
      expect(fault).toBeNull();
    },
  );

  test.each(['calico-node-', 'calico-kube-controllers-'])(
    'does not run where a node that is there has a pod %s of another',
    async (prefix) => {
      const { cluster, left } = clusterWithLeftPod(prefix);
      const place = cluster.client.objects().find(({ kind }) => kind === 'Node')?.metadata.name;
      cluster.client.set({ ...left, spec: { ...(left['spec'] as object), nodeName: place } });
      const { fault } = await awaitRelease(cluster.client, NEWER, hurrying(1000, { timeoutMs: 10_000 }));
      expect(fault).toContain(`Calico ${NEWER} should run now`);
    },
  );
});
