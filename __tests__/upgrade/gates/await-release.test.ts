import { describe, expect, test } from '@jest/globals';
import { awaitRelease } from '../../../src/upgrade/gates/await-release.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { manifestInstall } from '../preflight/clusters/well-clusters.js';
import { createLivingCluster, type LivingCluster } from '../restore/living-cluster.js';
import { KUBERNETES, NEWER, OLDER } from '../restore/scene.js';
import { hurrying } from './build-waiting.js';

/** A cluster of the newer release, with one more pod of the older one on a node that is not in the cluster. */
function clusterWithLeftPod(): { cluster: LivingCluster; left: KubernetesObject } {
  const cluster = createLivingCluster(manifestInstall(NEWER, KUBERNETES));
  const pod = cluster.client
    .objects()
    .find(({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith('calico-node-'));
  if (!pod) throw new Error('there is no pod of calico-node');
  const text = JSON.stringify(pod['spec']).replaceAll(NEWER, OLDER);
  const left = {
    ...pod,
    metadata: { ...pod.metadata, name: 'calico-node-left', uid: 'left' },
    spec: { ...(JSON.parse(text) as object), nodeName: 'left' },
  };
  cluster.client.set(left);
  return { cluster, left };
}

describe('the release that is waited for', () => {
  test('runs where only the pod of a node that left the cluster, and is not collected yet, is of another', async () => {
    const { cluster } = clusterWithLeftPod();
    const { fault, state } = await awaitRelease(cluster.client, NEWER, hurrying(1000, { timeoutMs: 60_000 }));
    expect(state.calico?.versions.verdict).toBe('mixed');
    expect(fault).toBeNull();
  });

  test('does not run where a node that is there has a pod of another', async () => {
    const { cluster, left } = clusterWithLeftPod();
    const place = cluster.client.objects().find(({ kind }) => kind === 'Node')?.metadata.name;
    cluster.client.set({ ...left, spec: { ...(left['spec'] as object), nodeName: place } });
    const { fault } = await awaitRelease(cluster.client, NEWER, hurrying(1000, { timeoutMs: 10_000 }));
    expect(fault).toContain(`Calico ${NEWER} should run now`);
  });
});
