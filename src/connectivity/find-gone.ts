import type { ClusterClient, ObjectKind } from '../ports/cluster-client.js';
import { POD } from '../upgrade/gates/workload.js';
import { inBatches } from '../upgrade/plan/in-batches.js';
import type { RoundSeen } from './judge-round.js';
import { PROBE_NAMESPACE } from './probe-namespace.js';
import type { PodsThere } from './staff-nodes.js';

const NODE: ObjectKind = { apiVersion: 'v1', kind: 'Node' };

/** Nodes at either end of what failed that have left the cluster meanwhile: nothing can be said of them. @throws ClusterError */
export async function findGone(
  client: ClusterClient,
  { tried, staffing }: Pick<RoundSeen, 'tried' | 'staffing'>,
): Promise<ReadonlySet<string>> {
  const wrong = tried.filter(({ isRight }) => !isRight);
  const names = new Set([
    ...[...staffing].filter(([, { kind }]) => kind === 'failed').map(([node]) => node),
    ...wrong.flatMap(({ probe: { from, toNode } }) => (toNode === null ? [from.node] : [from.node, toNode])),
  ]);
  const found = await inBatches([...names], async (name) => {
    const node = await client.get({ ...NODE, namespace: null, name });
    return node === null || node.metadata.deletionTimestamp !== undefined ? [name] : [];
  });
  return new Set(found.flat());
}

/** Which of these nodes are in the cluster no more: by one list, however many they are. @throws ClusterError */
export async function findMissing(
  client: ClusterClient,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  let there = new Set<string>();
  for await (const { items, isRestart } of client.list(NODE, { metadataOnly: true })) {
    if (isRestart) there = new Set();
    for (const { metadata } of items) if (metadata.deletionTimestamp === undefined) there.add(metadata.name);
  }
  return new Set(names.filter((name) => !there.has(name)));
}

/** Pods of a node that is gone would stand behind Services for minutes. @throws ClusterError */
export async function deletePodsOf(
  client: ClusterClient,
  { host, port, layer7, old }: PodsThere,
): Promise<void> {
  const others = [host, port, layer7].filter((pod) => pod !== null && typeof pod !== 'string');
  for (const { namespace, name } of [
    ...old.map((name) => ({ namespace: PROBE_NAMESPACE, name })),
    ...others,
  ]) {
    await client.delete({ ...POD, namespace, name }, { gracePeriodSeconds: 0 });
  }
}

/** What was seen, without anything of these nodes. Pure. */
export function withoutNodes<Seen extends Pick<RoundSeen, 'tried' | 'staffing'>>(
  seen: Seen,
  gone: ReadonlySet<string>,
): Seen {
  return {
    ...seen,
    staffing: new Map([...seen.staffing].filter(([node]) => !gone.has(node))),
    tried: seen.tried.filter(
      ({ probe: { from, toNode } }) => !gone.has(from.node) && (toNode === null || !gone.has(toNode)),
    ),
  };
}
