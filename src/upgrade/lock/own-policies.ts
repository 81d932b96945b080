import { OWN_SELECTOR } from '../../cluster/own-label.js';
import { type DataGroup, findDataGroup } from '../../cluster/read/find-data-group.js';
import type { ClusterClient } from '../../ports/cluster-client.js';

/** What the network test makes outside of its namespaces. A tier goes after the policies in it. */
const KINDS = ['GlobalNetworkPolicy', 'Tier'] as const;
/** How a person removes what a run left of them. */
export const REMOVE_POLICIES_BY_HAND = `kubectl delete globalnetworkpolicies,tiers --selector ${OWN_SELECTOR}`;

/**
 * Deletes the policies and tiers of the whole cluster that carry this program's label, and no other.
 *
 * @throws ClusterError
 */
export async function deleteOwnPolicies(
  client: ClusterClient,
  where: DataGroup | null = null,
): Promise<void> {
  const { kinds } = where ?? (await findDataGroup(client));
  for (const kind of KINDS) {
    const served = kinds.find((one) => one.kind === kind);
    if (served === undefined) continue;
    const { apiVersion } = served;
    const left: { readonly name: string; readonly uid?: string }[] = [];
    for await (const { items } of client.list(
      { apiVersion, kind },
      { labelSelector: OWN_SELECTOR, metadataOnly: true },
    ))
      left.push(...items.map(({ metadata }) => metadata));
    for (const { name, uid } of left) {
      await client.delete({ apiVersion, kind, namespace: null, name }, uid === undefined ? {} : { uid });
    }
  }
}
