import type { ClusterState } from '../../cluster/cluster-state.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { type Allocations, readAllocations } from './allocations.js';
import { availableServices } from './api-services.js';
import { type KeptObject, readUserData } from './user-data.js';

/** What an upgrade must not change, as it was read at one time. */
export interface Snapshot {
  /** What users wrote into Calico, by its name. */
  readonly data: ReadonlyMap<string, KeptObject>;
  /** What calico-node wrote of each node: `projectcalico.org/IPv4Address` and its like. */
  readonly nodes: ReadonlyMap<string, NodeAddresses>;
  readonly allocations: Allocations;
  /** Names of the registrations of APIs whose servers answer. */
  readonly apiServices: ReadonlySet<string>;
}

export interface NodeAddresses {
  readonly calico: Readonly<Record<string, string>>;
  /** The kubelet's own. */
  readonly internal: readonly string[];
}

/**
 * Reads what {@link checkAfter} compares with; before the first write, and after each hop.
 * @throws ClusterError
 */
export async function takeSnapshot(client: ClusterClient, state: ClusterState): Promise<Snapshot> {
  const group = state.calico?.dataGroup ?? 'crd.projectcalico.org';
  const { kinds } = await client.discover();
  const isInEtcd = state.calico?.datastore === 'etcdv3';
  return {
    data: isInEtcd ? new Map() : await readUserData(client, kinds, group),
    nodes: new Map(
      state.nodes.map(({ name, addresses: { calico, internal } }) => [name, { calico, internal }]),
    ),
    allocations: isInEtcd ? new Map() : await readAllocations(client, kinds, group),
    apiServices: await availableServices(client),
  };
}
