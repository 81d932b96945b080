import type { ClusterState } from '../../cluster/cluster-state.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { type Allocations, readAllocations } from './allocations.js';
import { readServices, type Services } from './api-services.js';
import { type KeptObject, readUserData } from './user-data.js';

/** What an upgrade must not change, as it was read at one time. */
export interface Snapshot {
  /** What users wrote into Calico, by its name. */
  readonly data: ReadonlyMap<string, KeptObject>;
  /** What calico-node wrote of each node: `projectcalico.org/IPv4Address` and its like. */
  readonly nodes: ReadonlyMap<string, NodeAddresses>;
  readonly allocations: Allocations;
  readonly apiServices: Services;
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
  const { kinds } = await client.discover();
  return {
    data: isInEtcd(state) ? new Map() : await readUserData(client, kinds, groupOfData(state)),
    nodes: new Map(
      state.nodes.map(({ name, addresses: { calico, internal } }) => [name, { calico, internal }]),
    ),
    allocations: await takeAllocations(client, state),
    apiServices: await readServices(client),
  };
}

/**
 * Reads who has which address now.
 * @throws ClusterError
 */
export async function takeAllocations(client: ClusterClient, state: ClusterState): Promise<Allocations> {
  if (isInEtcd(state)) return new Map();
  const { kinds } = await client.discover();
  return readAllocations(client, kinds, groupOfData(state));
}

function isInEtcd({ calico }: ClusterState): boolean {
  return calico?.datastore === 'etcdv3';
}

function groupOfData({ calico }: ClusterState): string {
  return calico?.dataGroup ?? 'crd.projectcalico.org';
}
