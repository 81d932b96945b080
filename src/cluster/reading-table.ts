import type { Reading } from './read/reader.js';

/** A kind that inspect reads, and how. */
export interface KindReading extends Reading {
  readonly verbs: readonly ('get' | 'list' | 'create')[];
}

const GET: KindReading['verbs'] = ['get'];
const LIST: KindReading['verbs'] = ['list'];
const RBAC = 'rbac.authorization.k8s.io/v1';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const SETTINGS = 'what was changed by hand in the install';

/**
 * Every kind of Kubernetes' own that inspect reads, with the verbs it uses and what is not known without it. The
 * read-only ClusterRole is made from this table, and a test holds the table to what inspect really asks.
 */
export const READINGS = {
  namespace: read(
    'v1',
    'Namespace',
    'namespaces',
    ['get', 'list'],
    'which cluster it is, and which namespaces are stuck in deletion',
  ),
  node: read('v1', 'Node', 'nodes', LIST, 'which nodes there are, and whether they are fit for a change'),
  pod: read(
    'v1',
    'Pod',
    'pods',
    LIST,
    'which versions run, what room nodes have, and which pods carry Dikastes',
  ),
  event: read('v1', 'Event', 'events', LIST, 'what the cluster warned of'),
  configMap: read(
    'v1',
    'ConfigMap',
    'configmaps',
    ['get', 'list'],
    'how Calico and kube-proxy are configured, and whether an earlier run left a journal',
  ),
  service: read('v1', 'Service', 'services', GET, SETTINGS),
  serviceAccount: read('v1', 'ServiceAccount', 'serviceaccounts', GET, SETTINGS),
  daemonSet: read(
    'apps/v1',
    'DaemonSet',
    'daemonsets',
    LIST,
    'whether and how Calico is installed, and which other CNIs run',
  ),
  deployment: read(
    'apps/v1',
    'Deployment',
    'deployments',
    LIST,
    'whether an operator, Typha and kube-controllers run',
  ),
  budget: read(
    'policy/v1',
    'PodDisruptionBudget',
    'poddisruptionbudgets',
    GET,
    'which budgets hold Typha back',
  ),
  clusterRole: read(RBAC, 'ClusterRole', 'clusterroles', GET, SETTINGS),
  clusterRoleBinding: read(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', GET, SETTINGS),
  roleBinding: read(RBAC, 'RoleBinding', 'rolebindings', GET, SETTINGS),
  definition: read(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    LIST,
    'which definitions Calico has, and where its data is',
  ),
  apiService: read(
    'apiregistration.k8s.io/v1',
    'APIService',
    'apiservices',
    GET,
    'whether the Calico API server answers',
  ),
  // The one that is made instead of read: the server answers it and stores nothing
  accessReview: read(
    'authorization.k8s.io/v1',
    'SubjectAccessReview',
    'subjectaccessreviews',
    ['create'],
    'whether kube-controller-manager may read tiers, without which namespaces do not get deleted',
  ),
  lease: read('coordination.k8s.io/v1', 'Lease', 'leases', LIST, 'whether another run holds the lock'),
  networkPolicy: read(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    'networkpolicies',
    LIST,
    'how many NetworkPolicies there are, and which belong to Calico objects',
  ),
  podSecurityPolicy: read('policy/v1beta1', 'PodSecurityPolicy', 'podsecuritypolicies', GET, SETTINGS),
  validatingPolicy: read(
    ADMISSION,
    'ValidatingAdmissionPolicy',
    'validatingadmissionpolicies',
    GET,
    SETTINGS,
  ),
  validatingPolicyBinding: read(
    ADMISSION,
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
    GET,
    SETTINGS,
  ),
  mutatingPolicy: read(
    `${ADMISSION}beta1`,
    'MutatingAdmissionPolicy',
    'mutatingadmissionpolicies',
    GET,
    SETTINGS,
  ),
  mutatingPolicyBinding: read(
    `${ADMISSION}beta1`,
    'MutatingAdmissionPolicyBinding',
    'mutatingadmissionpolicybindings',
    GET,
    SETTINGS,
  ),
  webhook: read(
    ADMISSION,
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    GET,
    SETTINGS,
  ),
} as const satisfies Readonly<Record<string, KindReading>>;

/** Only in the namespace of the Helm release, and only where Helm installed Calico. */
export const HELM_SECRET: KindReading = read(
  'v1',
  'Secret',
  'secrets',
  ['get', 'list'],
  'which values the Helm release was made with, and whether it holds removed APIs',
);

/** Groups of which inspect reads every kind that is served: which kinds there are depends on the release. */
export const GROUPS_READ_WHOLE = [
  'crd.projectcalico.org',
  'projectcalico.org',
  'migration.projectcalico.org',
  'operator.tigera.io',
  'policy.networking.k8s.io',
] as const;

/** What is not known where a kind of those groups cannot be read. */
export function hiddenByGroup(group: string, kind: string): string {
  return group === 'operator.tigera.io'
    ? 'what the operator was asked for, and how it fares'
    : `how many ${kind} objects there are, and whether any of them stands in the way`;
}

function read(
  apiVersion: string,
  kind: string,
  plural: string,
  verbs: KindReading['verbs'],
  hides: string,
): KindReading {
  return { apiVersion, kind, plural, verbs, hides };
}
