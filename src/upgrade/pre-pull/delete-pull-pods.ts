import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { POD } from '../gates/workload.js';
import { inBatches } from '../plan/in-batches.js';

/** Deletes every pod that a label selector selects, at once. @returns warnings with the names of those that stay */
export async function deletePullPods(
  client: ClusterClient,
  namespace: string,
  labelSelector: string,
): Promise<readonly string[]> {
  const remedy = `Delete what is left of them: kubectl delete pods --namespace ${namespace} --selector ${labelSelector}`;
  try {
    const names = await listNames(client, namespace, labelSelector);
    const failures = (await inBatches(names, (name) => tryDelete(client, namespace, name))).flat();
    const [first] = failures;
    if (first === undefined) return [];
    const left = failures.map(({ name }) => name).join(', ');
    return [`Pods that pulled images could not be deleted: ${left}. ${first.reason} ${remedy}`];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [`Pods that pulled images could not be looked for: ${error.message} ${remedy}`];
  }
}

/** Deletes one such pod, where it is there. @throws ClusterError */
export function deletePullPod(client: ClusterClient, namespace: string, name: string): Promise<boolean> {
  return client.delete({ ...POD, namespace, name }, { gracePeriodSeconds: 0 });
}

async function listNames(
  client: ClusterClient,
  namespace: string,
  labelSelector: string,
): Promise<readonly string[]> {
  let names: string[] = [];
  for await (const { items, isRestart } of client.list(POD, {
    namespace,
    labelSelector,
    metadataOnly: true,
  })) {
    const found = items.map(({ metadata }) => metadata.name);
    names = isRestart ? found : [...names, ...found];
  }
  return names;
}

async function tryDelete(
  client: ClusterClient,
  namespace: string,
  name: string,
): Promise<{ name: string; reason: string }[]> {
  try {
    await deletePullPod(client, namespace, name);
    return [];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [{ name, reason: error.message }];
  }
}
