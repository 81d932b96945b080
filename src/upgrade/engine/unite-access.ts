import { canonicalText, listAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** What a role or a binding of RBAC lists. */
const LISTS: Readonly<Record<string, 'rules' | 'subjects'>> = {
  ClusterRole: 'rules',
  Role: 'rules',
  ClusterRoleBinding: 'subjects',
  RoleBinding: 'subjects',
};

/**
 * An object of RBAC that gives what either state of it gives: while nodes are mixed, one that restarts has to find the
 * rules it needs, whichever release it runs. What lists nothing is as it was saved.
 */
export function uniteAccess(live: KubernetesObject, saved: KubernetesObject): KubernetesObject {
  const list = LISTS[saved.kind];
  if (list === undefined) return saved;
  const seen = new Set<string>();
  const united = [...listAt(saved, list), ...listAt(live, list)].filter((item) => {
    const text = canonicalText(item);
    return !seen.has(text) && seen.add(text);
  });
  return { ...saved, [list]: united };
}
