import type { KubernetesObject, ManagedFieldsEntry } from '../../ports/cluster-client.js';

/** Field managers of Calico's own programs, and this one. */
export const OWN_MANAGERS: ReadonlySet<string> = new Set([
  'operator',
  'calico-node',
  'kube-controllers',
  'calico-upgrade-action',
]);

/**
 * Whether nobody but Calico's own programs wrote an object since it was read, as managed fields say; status left out.
 * False where they do not say enough, or it is another object by now.
 */
export function onlyOwnWrote(before: KubernetesObject, live: KubernetesObject): boolean {
  if (before.metadata.uid !== live.metadata.uid) return false;
  const known = new Set(entriesOf(before).map((entry) => JSON.stringify(entry)));
  const written = entriesOf(live).filter((entry) => !known.has(JSON.stringify(entry)));
  return written.length > 0 && written.every(({ manager }) => OWN_MANAGERS.has(manager ?? ''));
}

function entriesOf({ metadata }: KubernetesObject): readonly ManagedFieldsEntry[] {
  return (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined);
}
