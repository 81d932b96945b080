import { groupOf } from '../../cluster/object-name.js';
import type { ObjectKind } from '../../ports/cluster-client.js';

/**
 * What an object of a bundle is for: `user` is what the user wrote and may be written back; `install` is the install
 * itself, which a rollback puts back as a whole; `state` is written by Calico as it runs, is kept for whoever looks into
 * a fault, and never goes back to a cluster.
 */
export type BundleClass = 'user' | 'install' | 'state';

/** A kind that a bundle may hold. */
export interface BundleKind extends ObjectKind {
  readonly plural: string;
  readonly isNamespaced: boolean;
  readonly class: BundleClass;
}

type Row = readonly [kind: string, plural: string, scope: 'namespaced' | 'cluster', of: BundleClass];

/** Calico's kinds in Kubernetes' own storage. @see https://docs.tigera.io/calico/latest/reference/resources/ */
const CALICO: readonly Row[] = [
  ['GlobalNetworkPolicy', 'globalnetworkpolicies', 'cluster', 'user'],
  ['NetworkPolicy', 'networkpolicies', 'namespaced', 'user'],
  ['GlobalNetworkSet', 'globalnetworksets', 'cluster', 'user'],
  ['NetworkSet', 'networksets', 'namespaced', 'user'],
  ['Tier', 'tiers', 'cluster', 'user'],
  ['StagedGlobalNetworkPolicy', 'stagedglobalnetworkpolicies', 'cluster', 'user'],
  ['StagedNetworkPolicy', 'stagednetworkpolicies', 'namespaced', 'user'],
  ['StagedKubernetesNetworkPolicy', 'stagedkubernetesnetworkpolicies', 'namespaced', 'user'],
  ['IPPool', 'ippools', 'cluster', 'user'],
  ['IPReservation', 'ipreservations', 'cluster', 'user'],
  ['BGPConfiguration', 'bgpconfigurations', 'cluster', 'user'],
  ['BGPPeer', 'bgppeers', 'cluster', 'user'],
  ['BGPFilter', 'bgpfilters', 'cluster', 'user'],
  ['FelixConfiguration', 'felixconfigurations', 'cluster', 'user'],
  ['KubeControllersConfiguration', 'kubecontrollersconfigurations', 'cluster', 'user'],
  ['HostEndpoint', 'hostendpoints', 'cluster', 'user'],
  ['IPAMBlock', 'ipamblocks', 'cluster', 'state'],
  ['BlockAffinity', 'blockaffinities', 'cluster', 'state'],
  ['IPAMHandle', 'ipamhandles', 'cluster', 'state'],
  ['ClusterInformation', 'clusterinformations', 'cluster', 'state'],
  ['CalicoNodeStatus', 'caliconodestatuses', 'cluster', 'state'],
];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'crd.projectcalico.org/v1': [...CALICO, ['IPAMConfig', 'ipamconfigs', 'cluster', 'user']],
  // Native definitions of v3.32: the same names but for one
  'projectcalico.org/v3': [...CALICO, ['IPAMConfiguration', 'ipamconfigurations', 'cluster', 'user']],
  'operator.tigera.io/v1': [
    ['Installation', 'installations', 'cluster', 'user'],
    ['APIServer', 'apiservers', 'cluster', 'user'],
    ['ImageSet', 'imagesets', 'cluster', 'user'],
    ['Goldmane', 'goldmanes', 'cluster', 'user'],
    ['Whisker', 'whiskers', 'cluster', 'user'],
    ['GatewayAPI', 'gatewayapis', 'cluster', 'user'],
    ['ManagementClusterConnection', 'managementclusterconnections', 'cluster', 'user'],
    ['Istio', 'istios', 'cluster', 'user'],
    ['TigeraStatus', 'tigerastatuses', 'cluster', 'state'],
  ],
  'policy.networking.k8s.io/v1alpha1': [
    ['AdminNetworkPolicy', 'adminnetworkpolicies', 'cluster', 'user'],
    ['BaselineAdminNetworkPolicy', 'baselineadminnetworkpolicies', 'cluster', 'user'],
  ],
  'policy.networking.k8s.io/v1alpha2': [
    ['ClusterNetworkPolicy', 'clusternetworkpolicies', 'cluster', 'user'],
  ],
  'networking.k8s.io/v1': [['NetworkPolicy', 'networkpolicies', 'namespaced', 'user']],
  v1: [
    ['Namespace', 'namespaces', 'cluster', 'install'],
    ['ConfigMap', 'configmaps', 'namespaced', 'install'],
    ['Service', 'services', 'namespaced', 'install'],
    ['ServiceAccount', 'serviceaccounts', 'namespaced', 'install'],
  ],
  'apps/v1': [
    ['DaemonSet', 'daemonsets', 'namespaced', 'install'],
    ['Deployment', 'deployments', 'namespaced', 'install'],
  ],
  'policy/v1': [['PodDisruptionBudget', 'poddisruptionbudgets', 'namespaced', 'install']],
  'rbac.authorization.k8s.io/v1': [
    ['ClusterRole', 'clusterroles', 'cluster', 'install'],
    ['ClusterRoleBinding', 'clusterrolebindings', 'cluster', 'install'],
    ['Role', 'roles', 'namespaced', 'install'],
    ['RoleBinding', 'rolebindings', 'namespaced', 'install'],
  ],
  'apiextensions.k8s.io/v1': [
    ['CustomResourceDefinition', 'customresourcedefinitions', 'cluster', 'install'],
  ],
  'apiregistration.k8s.io/v1': [['APIService', 'apiservices', 'cluster', 'install']],
  'admissionregistration.k8s.io/v1': [
    ['ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', 'cluster', 'install'],
    ['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', 'cluster', 'install'],
    ['ValidatingAdmissionPolicy', 'validatingadmissionpolicies', 'cluster', 'install'],
    ['ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', 'cluster', 'install'],
  ],
  'admissionregistration.k8s.io/v1beta1': [
    ['MutatingAdmissionPolicy', 'mutatingadmissionpolicies', 'cluster', 'install'],
    ['MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings', 'cluster', 'install'],
  ],
};

/** Every kind that a bundle may hold; nothing else is ever read from one. Secrets lie apart from them, encrypted. */
export const BUNDLE_KINDS: readonly BundleKind[] = Object.entries(ROWS).flatMap(([apiVersion, rows]) =>
  rows.map(([kind, plural, scope, of]) => ({
    apiVersion,
    kind,
    plural,
    isNamespaced: scope === 'namespaced',
    class: of,
  })),
);

/** The directory of a kind below `objects`: `crd.projectcalico.org_v1_ippools`, `core_v1_configmaps`. */
export function folderOf({ apiVersion, plural }: Pick<BundleKind, 'apiVersion' | 'plural'>): string {
  const group = groupOf(apiVersion);
  const version = group === '' ? apiVersion : apiVersion.slice(group.length + 1);
  return `${group === '' ? 'core' : group}_${version}_${plural}`;
}

const BY_FOLDER: ReadonlyMap<string, BundleKind> = new Map(
  BUNDLE_KINDS.map((kind) => [folderOf(kind), kind]),
);

/** The kind whose directory that is; null for a name that no bundle has. */
export function kindOfFolder(folder: string): BundleKind | null {
  return BY_FOLDER.get(folder) ?? null;
}
