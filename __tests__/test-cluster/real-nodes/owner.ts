/** The owner of a cluster with a real node, to be killed while it starts one. */
import { startCluster } from '../../../test-cluster/start-cluster.js';

await startCluster({ realNodes: 1 });
