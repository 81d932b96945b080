import type { ClusterState } from '../../cluster/cluster-state.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { Waiting } from '../gates/wait-for.js';
import { checkAllocations } from './allocations.js';
import { checkServices } from './api-services.js';
import { compareData } from './compare-data.js';
import { compareNodes } from './compare-nodes.js';
import type { Gone } from './lost-data.js';
import { checkNamespaces } from './namespace-check.js';
import { type Snapshot, takeAllocations, takeSnapshot } from './snapshot.js';
import { type NamedVerdict, together, type Verdict } from './verdict.js';

/** What the checks after a hop came to, all together and one by one. */
export interface HopChecks extends Verdict {
  readonly each: readonly NamedVerdict[];
}

/** The same, and the cluster that was looked at. */
export interface PostChecks extends HopChecks {
  /** What the next hop is held to. */
  readonly snapshot: Snapshot;
}

/**
 * Holds a cluster to what it was before a hop, once the hop's release runs everywhere: APIs answer, namespaces can be
 * deleted, and what users wrote, nodes' addresses and those of pods are as they were. See docs/upgrade.md for what is a
 * failure and what a warning.
 *
 * @param state the cluster after the hop
 * @throws ClusterError where it cannot be read
 */
export async function checkAfter(
  client: ClusterClient,
  state: ClusterState,
  before: Snapshot,
  waiting: Waiting,
): Promise<PostChecks> {
  const services = await checkServices(client, before.apiServices, waiting);
  const namespaces = await checkNamespaces(client, before.apiServices, waiting);
  const snapshot = await takeSnapshot(client, state);
  const gone: Gone = {
    namespaces: await namespacesGone(client, before),
    nodes: new Set([...before.nodes.keys()].filter((name) => !snapshot.nodes.has(name))),
  };
  const allocations = {
    before: before.allocations,
    after: snapshot.allocations,
    readAgain: () => takeAllocations(client, state),
  };
  const each = [
    { name: 'APIs with servers of their own', ...services },
    { name: 'a namespace, made and deleted', ...namespaces },
    { name: 'what users wrote', ...compareData(before.data, snapshot.data, gone) },
    { name: 'addresses of nodes', ...compareNodes(before.nodes, snapshot.nodes) },
    { name: 'addresses of pods', ...(await checkAllocations(client, allocations, waiting)) },
  ];
  return { ...together(each), each, snapshot };
}

/** Namespaces of the data that are not there any more, or are under deletion: what was in them goes with them. */
async function namespacesGone(client: ClusterClient, { data }: Snapshot): Promise<ReadonlySet<string>> {
  const names = new Set([...data.values()].flatMap(({ reference }) => reference.namespace ?? []));
  const options = { metadataOnly: true };
  for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Namespace' }, options)) {
    for (const { metadata } of items) {
      if (metadata.deletionTimestamp === undefined) names.delete(metadata.name);
    }
  }
  return names;
}
