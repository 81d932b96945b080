import { OWN_SELECTOR } from '../../cluster/own-label.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { deletePullPods } from '../pre-pull/delete-pull-pods.js';
import { PULL_PODS } from '../pre-pull/pull-pod.js';
import { deleteOwnPolicies, REMOVE_POLICIES_BY_HAND } from './own-policies.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

/**
 * Deletes what a run that died left: namespaces with all that is in them, policies of the whole cluster, and pods that
 * pull images. Whoever holds the lock knows that no other run is at work with one. They go by themselves from then on. An
 * account that may not list them sees none. Never throws.
 */
export async function clearLeftovers(
  client: ClusterClient,
  onWarning: (text: string) => void,
): Promise<void> {
  await orWarn('Policies', REMOVE_POLICIES_BY_HAND, () => deleteOwnPolicies(client), onWarning);
  const byHand = `kubectl delete namespaces --selector ${OWN_SELECTOR}`;
  await orWarn('Namespaces', byHand, () => deleteOwnNamespaces(client), onWarning);
  for (const warning of await deletePullPods(client, null, PULL_PODS)) onWarning(warning);
}

async function deleteOwnNamespaces(client: ClusterClient): Promise<void> {
  const left: string[] = [];
  for await (const { items } of client.list(NAMESPACE, { labelSelector: OWN_SELECTOR, metadataOnly: true }))
    left.push(...items.map(({ metadata }) => metadata.name));
  for (const name of left) await client.delete({ ...NAMESPACE, namespace: null, name });
}

async function orWarn(
  what: string,
  byHand: string,
  run: () => Promise<void>,
  onWarning: (text: string) => void,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.verb === 'list' && error.status === 403) return;
    onWarning(`${what} that a run left may still be there: ${error.message} By hand: ${byHand}`);
  }
}
