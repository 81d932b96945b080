import type { PolicyRule } from '../../cluster/permissions.js';
import { groupOf } from '../../cluster/object-name.js';
import type { Access } from '../../ports/cluster-client.js';
import { BUNDLE_KINDS } from '../backup/bundle-kinds.js';
import { accessesOf } from '../permissions.js';
import type { Restoration } from './plan-restore.js';

/** What every rollback does, whatever it writes: journal and lock, pods made anew, and watching it all. */
const BASE: readonly PolicyRule[] = [
  rule('', ['configmaps'], ['create', 'delete', 'get', 'list', 'patch']),
  rule('coordination.k8s.io', ['leases'], ['create', 'delete', 'get', 'update']),
  rule('', ['pods'], ['delete', 'get', 'list', 'watch']),
  rule('', ['nodes'], ['get', 'list', 'watch']),
  rule('apps', ['daemonsets', 'deployments', 'controllerrevisions', 'replicasets'], ['get', 'list', 'watch']),
];
/** Waiting until definitions are Established, and APIServices Available. */
const AWAITED: Readonly<Record<string, PolicyRule>> = {
  CustomResourceDefinition: rule(
    'apiextensions.k8s.io',
    ['customresourcedefinitions'],
    ['get', 'list', 'watch'],
  ),
  APIService: rule('apiregistration.k8s.io', ['apiservices'], ['list', 'watch']),
};
/**
 * What the operator's way back takes besides: the knob in the Installation, watching what the operator says, and, where the
 * one that runs deletes a namespace until it is stopped, waiting for that to go and taking away what keeps it.
 */
const OF_OPERATOR: readonly PolicyRule[] = [
  rule('operator.tigera.io', ['installations'], ['get', 'list', 'update', 'watch']),
  rule('operator.tigera.io', ['tigerastatuses'], ['get', 'list', 'watch']),
  rule('apiextensions.k8s.io', ['customresourcedefinitions'], ['get']),
  rule('apiregistration.k8s.io', ['apiservices'], ['delete', 'get']),
  rule('', ['namespaces'], ['get', 'list', 'watch']),
];
/** Secrets in which Helm keeps its releases. */
const OF_RECORD: readonly PolicyRule[] = [rule('', ['secrets'], ['create', 'get', 'update'])];
const VERBS = { create: ['create'], replace: ['get', 'update'], delete: ['delete', 'get'] } as const;
/** Giving accounts rules that one does not hold oneself takes verbs of their own. */
const ROLES: ReadonlySet<string> = new Set(['ClusterRole', 'Role']);
const BINDINGS: ReadonlySet<string> = new Set(['ClusterRoleBinding', 'RoleBinding']);

type Needs = Pick<Restoration, 'items' | 'hasOperator'> & {
  /** Whether Helm's record is put right without Helm. */
  readonly writesRecord: boolean;
};

/** Every right that a rollback needs for what it would write. */
export function rollbackAccesses({ items, hasOperator, writesRecord }: Needs): readonly Access[] {
  const needed = new Map<string, Access>();
  const add = (access: Access): unknown =>
    needed.set(`${access.verb} ${access.group} ${access.resource}`, access);
  const always = [...BASE, ...(hasOperator ? OF_OPERATOR : []), ...(writesRecord ? OF_RECORD : [])];
  for (const access of accessesOf(always)) add(access);
  for (const { object, action } of items) {
    if (action === 'keep' || action === 'conflict') continue;
    if (object.kind === 'Secret') add({ verb: action, group: '', resource: 'secrets' });
    const kind = BUNDLE_KINDS.find((one) => one.apiVersion === object.apiVersion && one.kind === object.kind);
    if (!kind) continue;
    const group = groupOf(object.apiVersion);
    for (const verb of VERBS[action]) add({ verb, group, resource: kind.plural });
    if (action === 'delete') continue;
    const awaited = AWAITED[object.kind];
    if (awaited) for (const access of accessesOf([awaited])) add(access);
    if (ROLES.has(object.kind)) add({ verb: 'escalate', group, resource: kind.plural });
    if (BINDINGS.has(object.kind)) add({ verb: 'bind', group, resource: 'clusterroles' });
  }
  return [...needed.values()];
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): PolicyRule {
  return { apiGroups: [group], resources, verbs };
}
