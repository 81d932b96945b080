import { OWN_SELECTOR } from '../../cluster/own-label.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

/**
 * Deletes the namespaces, with all that is in them, that a run that died left: whoever holds the lock knows that no other
 * run is at work in one. They go by themselves from then on. An account that may not list namespaces sees none. Never
 * throws.
 */
export async function clearNamespaces(
  client: ClusterClient,
  onWarning: (text: string) => void,
): Promise<void> {
  try {
    const left: string[] = [];
    for await (const { items } of client.list(NAMESPACE, { labelSelector: OWN_SELECTOR, metadataOnly: true }))
      left.push(...items.map(({ metadata }) => metadata.name));
    for (const name of left) await client.delete({ ...NAMESPACE, namespace: null, name });
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.verb === 'list' && error.status === 403) return;
    onWarning(
      `Namespaces that a run left may still be there: ${error.message} By hand: kubectl delete namespaces --selector ${OWN_SELECTOR}`,
    );
  }
}
