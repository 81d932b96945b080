import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { startFaultProxy } from '../../test-cluster/fault-proxy/fault-proxy.js';
import type { TestCluster } from '../../test-cluster/types.js';

/** Runs as a client whose every fifth request fails, and gives the kinds of the faults, each as often as it came. */
export async function disturbed(
  cluster: TestCluster,
  seed: number,
  run: (as: ClusterClient) => Promise<unknown>,
): Promise<readonly string[]> {
  const proxy = await startFaultProxy({ kubeconfig: cluster.kubeconfig, seed });
  try {
    proxy.disturb(0.2);
    // The operator's largest definitions take a busy server seconds
    await run(await createClusterClient(proxy.kubeconfig, null, { silenceMs: 5_000 }));
    return proxy.seen.requests().flatMap(({ fault }) => fault ?? []);
  } finally {
    await proxy.stop();
  }
}
