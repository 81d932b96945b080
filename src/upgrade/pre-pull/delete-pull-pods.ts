import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { POD } from '../gates/workload.js';
import { inBatches } from '../plan/in-batches.js';

interface PullPod {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Deletes every pod that a label selector selects, at once.
 *
 * @param namespace null for all; an account that may not list the pods of all sees none
 * @returns warnings with the names of those that stay
 */
export async function deletePullPods(
  client: ClusterClient,
  namespace: string | null,
  labelSelector: string,
): Promise<readonly string[]> {
  const place = namespace === null ? '--all-namespaces' : `--namespace ${namespace}`;
  const remedy = `Delete what is left of them: kubectl delete pods ${place} --selector ${labelSelector}`;
  try {
    const pods = await listPods(client, namespace, labelSelector);
    const failures = (await inBatches(pods, (pod) => tryDelete(client, pod))).flat();
    const [first] = failures;
    if (first === undefined) return [];
    const left = failures.map(({ name }) => name).join(', ');
    return [`Pods that pulled images could not be deleted: ${left}. ${first.reason} ${remedy}`];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (namespace === null && error.status === 403) return [];
    return [`Pods that pulled images could not be looked for: ${error.message} ${remedy}`];
  }
}

/** Deletes one such pod, where it is there. @throws ClusterError */
export function deletePullPod(client: ClusterClient, namespace: string, name: string): Promise<boolean> {
  return client.delete({ ...POD, namespace, name }, { gracePeriodSeconds: 0 });
}

async function listPods(
  client: ClusterClient,
  namespace: string | null,
  labelSelector: string,
): Promise<readonly PullPod[]> {
  let pods: readonly PullPod[] = [];
  for await (const { items, isRestart } of client.list(POD, {
    namespace,
    labelSelector,
    metadataOnly: true,
  })) {
    const found = items.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
    pods = isRestart ? found : [...pods, ...found];
  }
  return pods;
}

async function tryDelete(
  client: ClusterClient,
  { namespace, name }: PullPod,
): Promise<{ name: string; reason: string }[]> {
  try {
    await deletePullPod(client, namespace, name);
    return [];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [{ name, reason: error.message }];
  }
}
