import { listAt, textAt, textsAt } from '../../src/cluster/fields.js';
import type { Access, KubernetesObject } from '../../src/ports/cluster-client.js';

/** Whether a ClusterRole that is bound to a user, or to everybody, allows something in the whole cluster. */
export function isBound(objects: readonly KubernetesObject[], user: string, access: Access): boolean {
  const roles = objects
    .filter((object) => object.kind === 'ClusterRoleBinding' && isSubject(object, user))
    .map((binding) => textAt(binding, 'roleRef', 'name'));
  return objects.some(
    (object) =>
      object.kind === 'ClusterRole' && roles.includes(object.metadata.name) && allows(object, access),
  );
}

function isSubject(binding: KubernetesObject, user: string): boolean {
  return listAt(binding, 'subjects').some(
    ({ kind, name }) =>
      (kind === 'User' && name === user) || (kind === 'Group' && name === 'system:authenticated'),
  );
}

function allows(role: KubernetesObject, { verb, group, resource }: Access): boolean {
  const has = (values: readonly string[], value: string): boolean =>
    values.includes('*') || values.includes(value);
  return listAt(role, 'rules').some(
    (rule) =>
      has(textsAt(rule, 'verbs'), verb) &&
      has(textsAt(rule, 'apiGroups'), group) &&
      has(textsAt(rule, 'resources'), resource),
  );
}
