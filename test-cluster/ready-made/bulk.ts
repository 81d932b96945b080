import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { calicoObject } from './calico-objects.js';
import { concurrently } from './concurrently.js';
import { blockOf } from './ipam-state.js';

export interface BulkOptions {
  /** How many objects; see {@link bulkObjects} for what they are. */
  readonly count: number;
  /** Requests at a time. Default: 64. */
  readonly concurrency?: number;
  readonly onProgress?: (created: number) => void;
}

export interface BulkResult {
  readonly created: number;
  readonly tookMs: number;
}

const NAMESPACES = 100;

/**
 * Fills a cluster with Calico's objects, in the mix of a large one: of every ten, six handles of IPAM, a block, an
 * affinity, a policy of a namespace, and a global policy or a network set. The 100 namespaces come on top.
 */
export async function createBulk(client: ClusterClient, options: BulkOptions): Promise<BulkResult> {
  const { count, concurrency = 64, onProgress } = options;
  const started = performance.now();
  const create = (object: KubernetesObject): Promise<KubernetesObject> =>
    client.create(object, { fieldManager: 'calicoctl' });
  await concurrently(bulkNamespaces(), concurrency, create);
  let created = 0;
  await concurrently(bulkObjects(count), concurrency, async (object) => {
    await create(object);
    if (++created % 1000 === 0) onProgress?.(created);
  });
  return { created, tookMs: Math.round(performance.now() - started) };
}

function bulkNamespaces(): KubernetesObject[] {
  return Array.from({ length: NAMESPACES }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespaceOf(index) },
  }));
}

/** That many objects, one at a time: the list itself would be large. */
export function* bulkObjects(count: number): Generator<KubernetesObject> {
  let made = 0;
  for (let node = 0; made < count; node++) {
    for (const object of objectsOfNode(node)) {
      if (made++ >= count) return;
      yield object;
    }
  }
}

/** Ten objects of IPAM and policies for one node of many. */
function objectsOfNode(node: number): KubernetesObject[] {
  const address = `10.${128 + (node >> 10)}.${(node >> 2) & 255}.${(node & 3) * 64}`;
  const namespace = namespaceOf(node % NAMESPACES);
  const policy =
    node % 5 === 0 ? calicoObject('GlobalNetworkPolicy', `default.bulk-${node}`, rules(node)) : null;
  const set =
    node % 5 === 1 ? calicoObject('GlobalNetworkSet', `bulk-${node}`, { nets: [`${address}/32`] }) : null;
  return [
    ...blockOf(`node-${node}`, address, 6),
    calicoObject('NetworkPolicy', `default.bulk-${node}`, rules(node), { namespace }),
    policy ?? set ?? calicoObject('NetworkSet', `bulk-${node}`, { nets: [`${address}/26`] }, { namespace }),
  ];
}

function rules(index: number): Record<string, unknown> {
  return {
    ingress: [
      {
        action: 'Allow',
        protocol: 'TCP',
        source: { selector: `app == 'a${index}'` },
        destination: { ports: [80 + (index % 100)] },
      },
    ],
    order: index,
    selector: `app == 'b${index}'`,
    types: ['Ingress'],
  };
}

function namespaceOf(index: number): string {
  return `bulk-${index}`;
}
