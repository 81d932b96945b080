import { afterAll, beforeAll } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { type FaultProxy, startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { describeClusterClient } from '../../ports/cluster-client-contract.js';

describeWithCluster('a real API server', { controllers: false }, (cluster) => {
  let client: ClusterClient;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
  });

  describeClusterClient('adapter', async () => ({ client, namespace: await ownNamespace(cluster()) }));
});

describeWithCluster('a real API server behind the fault proxy', { controllers: false }, (cluster) => {
  let proxy: FaultProxy;
  let client: ClusterClient;

  beforeAll(async () => {
    proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig });
    client = await createClusterClient(proxy.kubeconfig, null);
  });

  afterAll(() => proxy.stop());

  describeClusterClient('adapter', async () => ({ client, namespace: await ownNamespace(cluster()) }));
});
