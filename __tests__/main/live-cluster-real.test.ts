import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { clusterNames } from '../../src/adapters/kubernetes/cluster-names.js';
import { liveClusterOf } from '../../src/main/live-cluster.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { formatVersion } from '../../src/version/version.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { clientOfPlanner, PLANNER, writesOf } from '../cluster/live/planner.js';

describeWithCalico('check with a real cluster', { controllers: false, audit: true, own: true }, (cluster) => {
  let administrator: ClusterClient;
  let planner: ClusterClient;
  const warnings: string[] = [];

  beforeAll(async () => {
    administrator = await createClusterClient(cluster().kubeconfig, null);
    planner = await clientOfPlanner(cluster(), administrator);
  });

  function read(client: ClusterClient): ReturnType<typeof liveClusterOf> {
    const names = clusterNames(cluster().kubeconfig, null, { directory: '/', variables: {} });
    return liveClusterOf(client, names, (text) => warnings.push(text));
  }

  it('without Calico its Kubernetes version counts, and a word is said', async () => {
    const live = await read(planner);
    expect(live.calico).toEqual([]);
    expect(formatVersion(live.kubernetes)).toBe(cluster().kubernetes);
    expect(live.names.length).toBeGreaterThan(0);
    expect(warnings).toEqual([expect.stringContaining('it runs no Calico')]);
  });

  it('with Calico its release counts too, read under the documented role, which writes nothing', async () => {
    await installCalico(administrator, { version: 'v3.29.7', method: 'manifest', variant: 'calico' });
    const live = await read(planner);
    expect(live.calico.map(formatVersion)).toEqual(['v3.29.7']);
    expect(live.install).toBe('manifest');
    expect(writesOf(cluster(), PLANNER).filter((write) => !write.includes('accessreviews'))).toEqual([]);
  }, 120_000);
});
