import {
  createClusterClient,
  type ClusterClientOptions,
} from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { seededRandom } from '../../../test-cluster/fault-proxy/random.js';

/** A client whose waits take a twentieth of their time, and which soon takes a silent server for dead. */
export function createQuickClient(
  kubeconfig: string,
  options: ClusterClientOptions = {},
): Promise<ClusterClient> {
  return createClusterClient(kubeconfig, null, {
    silenceMs: 1000,
    timing: {
      now: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 20)),
      random: seededRandom(7),
    },
    variables: {},
    ...options,
  });
}
