import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { BUNDLE_KINDS } from '../backup/bundle-kinds.js';
import type { BundleObjects } from './read-bundle.js';
import { OPERATOR_GROUP } from './rendered.js';
import type { RestoreItem } from './restore-item.js';

const STATUS = BUNDLE_KINDS.find(({ kind }) => kind === 'TigeraStatus');

/**
 * TigeraStatuses that only the newer operator writes: as nobody does any more, they would say for ever what they say now.
 * None where there was none before, or where a resource that stays was made since: one may be about it.
 */
export async function staleStatuses(
  client: ClusterClient,
  bundle: BundleObjects,
  items: readonly RestoreItem[],
): Promise<readonly RestoreItem[]> {
  if (STATUS === undefined || !bundle.kinds.has(STATUS)) return [];
  const isOfNew = ({ object, saved, action }: RestoreItem): boolean =>
    groupOf(object.apiVersion) === OPERATOR_GROUP && saved === null && action !== 'delete';
  if (items.some(isOfNew)) return [];
  const known = new Set((await bundle.read(STATUS)).map(({ metadata }) => metadata.name));
  const live: KubernetesObject[] = [];
  for await (const { items: page, isRestart } of client.list(STATUS)) {
    if (isRestart) live.length = 0;
    live.push(...page);
  }
  return live
    .filter(({ metadata }) => !known.has(metadata.name))
    .map((status) => ({
      object: referenceOf(status),
      class: 'state',
      action: 'delete',
      stage: 'rbac-trim',
      why: 'Only the operator of the newer release writes it.',
      fields: [],
      live: status,
      saved: null,
    }));
}
