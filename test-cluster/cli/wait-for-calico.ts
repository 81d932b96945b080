import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { listAt, numberAt } from '../ready-made/fields.js';

const TIMEOUT_MS = 180_000;
/** A thousand nodes take longer to pull and start than ten. */
const TIMEOUT_PER_NODE_MS = 300;
const POLL_MS = 1000;
const NAMESPACES: readonly string[] = ['kube-system', 'calico-system', 'calico-apiserver', 'tigera-operator'];

/**
 * Waits until all workloads of Calico have their pods, and the operator says that it is done.
 *
 * @returns what is missing after three minutes and 0.3 s a node; null where nothing is, and in a cluster without nodes
 */
export async function waitForCalico(
  client: ClusterClient,
  method: 'manifest' | 'operator',
): Promise<string | null> {
  const { length: nodes } = await listAll(client, 'v1', 'Node');
  if (nodes === 0) return null;
  const deadline = Date.now() + TIMEOUT_MS + nodes * TIMEOUT_PER_NODE_MS;
  for (;;) {
    const missing = await whatIsMissing(client, method);
    if (missing === null || Date.now() > deadline) return missing;
    await sleep(POLL_MS);
  }
}

async function whatIsMissing(client: ClusterClient, method: 'manifest' | 'operator'): Promise<string | null> {
  if (method === 'operator') {
    const statuses = await listAll(client, 'operator.tigera.io/v1', 'TigeraStatus');
    const done = statuses.filter((status) =>
      listAt(status, 'status', 'conditions').some(
        (condition) => condition['type'] === 'Available' && condition['status'] === 'True',
      ),
    );
    if (statuses.length === 0 || done.length < statuses.length) {
      return `${done.length} of ${statuses.length} TigeraStatus are available`;
    }
  }
  const workloads = [
    ...(await listAll(client, 'apps/v1', 'DaemonSet')),
    ...(await listAll(client, 'apps/v1', 'Deployment')),
  ].filter(({ metadata }) => NAMESPACES.includes(metadata.namespace ?? ''));
  const unready = workloads.find((workload) => readyPods(workload) < wantedPods(workload));
  if (unready === undefined) return workloads.length === 0 ? 'there is no workload' : null;
  const { kind, metadata } = unready;
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name} has ${readyPods(unready)} of ${wantedPods(unready)} pods ready`;
}

function wantedPods(workload: KubernetesObject): number {
  const field = workload.kind === 'DaemonSet' ? ['status', 'desiredNumberScheduled'] : ['spec', 'replicas'];
  return Math.max(numberAt(workload, ...field), 1);
}

function readyPods(workload: KubernetesObject): number {
  const isSeen = numberAt(workload, 'status', 'observedGeneration') >= (workload.metadata.generation ?? 0);
  if (!isSeen) return 0;
  return numberAt(workload, 'status', workload.kind === 'DaemonSet' ? 'numberReady' : 'readyReplicas');
}

async function listAll(client: ClusterClient, apiVersion: string, kind: string): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const { items } of client.list({ apiVersion, kind })) found.push(...items);
  return found;
}
