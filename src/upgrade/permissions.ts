import type { PolicyRule } from '../cluster/permissions.js';
import type { Access } from '../ports/cluster-client.js';
import type { CalicoState } from '../cluster/calico-state.js';
import type { MissingAccess } from './preflight/preflight.js';

const WRITE = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** What an upgrade (with its backup, rollback and network test) needs beyond what `plan` reads. */
const RULES: readonly PolicyRule[] = [
  rule('', ['configmaps', 'serviceaccounts', 'services', 'pods', 'namespaces'], WRITE),
  rule('', ['secrets'], ['get', 'list']),
  rule('', ['pods/log'], ['get']),
  rule('', ['pods/exec'], ['create', 'get']),
  rule('', ['events'], ['list', 'watch']),
  rule('', ['nodes'], ['get', 'list', 'watch']),
  rule('apps', ['daemonsets', 'deployments'], WRITE),
  rule('apps', ['controllerrevisions', 'replicasets'], ['get', 'list', 'watch']),
  rule('policy', ['poddisruptionbudgets'], WRITE),
  // Of the network test, in a namespace of its own
  rule('networking.k8s.io', ['networkpolicies'], ['create', 'delete', 'get', 'patch']),
  rule('coordination.k8s.io', ['leases'], WRITE),
  // To give accounts rules that this account does not hold itself
  rule('rbac.authorization.k8s.io', ['clusterroles', 'roles'], [...WRITE, 'bind', 'escalate']),
  rule('rbac.authorization.k8s.io', ['clusterrolebindings', 'rolebindings'], WRITE),
  rule(
    'apiextensions.k8s.io',
    ['customresourcedefinitions'],
    ['create', 'get', 'list', 'patch', 'update', 'watch'],
  ),
  rule('apiregistration.k8s.io', ['apiservices'], WRITE),
  rule('crd.projectcalico.org', ['*'], WRITE),
];

/** What the network test by itself needs beyond what `plan` reads. */
export const NETWORK_TEST_RULES: readonly PolicyRule[] = [
  rule('', ['namespaces', 'pods'], ['create', 'delete', 'get', 'list', 'watch']),
  rule('', ['services'], ['create', 'get', 'patch']),
  rule('', ['pods/exec'], ['create', 'get']),
  rule('', ['pods/log'], ['get']),
  rule('', ['nodes'], ['get', 'list']),
  rule('networking.k8s.io', ['networkpolicies'], ['create', 'delete', 'get', 'patch']),
  rule('coordination.k8s.io', ['leases'], ['create', 'delete', 'get', 'update']),
];

const OPERATOR_RULES: readonly PolicyRule[] = [rule('operator.tigera.io', ['*'], WRITE)];
/** All that an upgrade of this install needs, as questions; Helm writes its record where the release is. */
export function upgradeAccesses({ method, helm }: Pick<CalicoState, 'method' | 'helm'>): readonly Access[] {
  const everywhere = method === 'manifest' ? RULES : [...RULES, ...OPERATOR_RULES];
  const namespace = method === 'helm' ? (helm?.namespace ?? null) : null;
  const record = rule('', ['secrets'], ['create', 'delete', 'update']);
  return [
    ...accessesOf(everywhere),
    ...(namespace === null ? [] : accessesOf([record]).map((access) => ({ ...access, namespace }))),
  ];
}

/** The questions that tell whether the rules are given, one for each verb of each resource. */
export function accessesOf(rules: readonly PolicyRule[]): readonly Access[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource }))),
    ),
  );
}

/** What is missing, put together again as rules: one for each resource, ready to stand in a ClusterRole. */
export function rulesOf(missing: readonly MissingAccess[]): readonly PolicyRule[] {
  const verbs = new Map<string, string[]>();
  for (const { access } of missing) {
    const key = `${access.group}\0${access.resource}`;
    verbs.set(key, [...(verbs.get(key) ?? []), access.verb]);
  }
  return [...verbs].map(([key, found]) => {
    const [group = '', resource = ''] = key.split('\0');
    return rule(group, [resource], found.sort());
  });
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): PolicyRule {
  return { apiGroups: [group], resources, verbs };
}
