import type { KubernetesObject, ObjectKind, ServedKind } from '../../src/ports/cluster-client.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** A kind that a fake cluster serves: `served('apps/v1', 'DaemonSet', 'daemonsets')`. */
export function served(apiVersion: string, kind: string, plural: string, isNamespaced = true): ServedKind {
  return { apiVersion, kind, plural, isNamespaced, verbs: VERBS };
}

/** What every cluster serves, and this program needs. */
export const BUILT_IN_KINDS: readonly ServedKind[] = [
  served('v1', 'Namespace', 'namespaces', false),
  served('v1', 'Node', 'nodes', false),
  served('v1', 'Pod', 'pods'),
  served('v1', 'ConfigMap', 'configmaps'),
  served('v1', 'Secret', 'secrets'),
  served('v1', 'Service', 'services'),
  served('v1', 'ServiceAccount', 'serviceaccounts'),
  served('v1', 'Event', 'events'),
  served('apps/v1', 'DaemonSet', 'daemonsets'),
  served('apps/v1', 'Deployment', 'deployments'),
  served('apps/v1', 'StatefulSet', 'statefulsets'),
  served('apps/v1', 'ControllerRevision', 'controllerrevisions'),
  served('apps/v1', 'ReplicaSet', 'replicasets'),
  served('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  served('coordination.k8s.io/v1', 'Lease', 'leases'),
  served('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  served('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  served('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false),
  served('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', false),
  served('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  served('apiregistration.k8s.io/v1', 'APIService', 'apiservices', false),
  served('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  served(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    false,
  ),
  served(
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
    false,
  ),
];

/** The kinds that a CustomResourceDefinition brings; none where the object is something else. */
export function kindsOfDefinition(object: KubernetesObject): readonly ServedKind[] {
  if (object.kind !== 'CustomResourceDefinition') return [];
  const { group, scope, names, versions } = object['spec'] as {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
    versions: readonly { name: string; served: boolean }[];
  };
  return versions
    .filter((version) => version.served)
    .map(({ name }) => served(`${group}/${name}`, names.kind, names.plural, scope === 'Namespaced'));
}

export function isSameKind(one: ObjectKind, other: ObjectKind): boolean {
  return one.apiVersion === other.apiVersion && one.kind === other.kind;
}
