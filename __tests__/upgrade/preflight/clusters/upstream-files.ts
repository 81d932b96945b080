import { installObjects, operatorFor, versionOf } from '../../../../src/catalog/queries.js';
import type { KubernetesObject } from '../../../../src/ports/cluster-client.js';
import { compareVersions, type Version } from '../../../../src/version/version.js';
import { object, workload } from '../../../cluster/build.js';

/** Kinds by the plural that their definitions are named after; Calico's own and the operator's. */
const KINDS: Readonly<Record<string, string>> = {
  adminnetworkpolicies: 'AdminNetworkPolicy',
  baselineadminnetworkpolicies: 'BaselineAdminNetworkPolicy',
  bgpconfigurations: 'BGPConfiguration',
  bgpfilters: 'BGPFilter',
  bgppeers: 'BGPPeer',
  blockaffinities: 'BlockAffinity',
  caliconodestatuses: 'CalicoNodeStatus',
  clusterinformations: 'ClusterInformation',
  clusternetworkpolicies: 'ClusterNetworkPolicy',
  felixconfigurations: 'FelixConfiguration',
  globalnetworkpolicies: 'GlobalNetworkPolicy',
  globalnetworksets: 'GlobalNetworkSet',
  hostendpoints: 'HostEndpoint',
  ipamblocks: 'IPAMBlock',
  ipamconfigs: 'IPAMConfig',
  ipamhandles: 'IPAMHandle',
  ippools: 'IPPool',
  ipreservations: 'IPReservation',
  kubecontrollersconfigurations: 'KubeControllersConfiguration',
  networkpolicies: 'NetworkPolicy',
  networksets: 'NetworkSet',
  stagedglobalnetworkpolicies: 'StagedGlobalNetworkPolicy',
  stagedkubernetesnetworkpolicies: 'StagedKubernetesNetworkPolicy',
  stagednetworkpolicies: 'StagedNetworkPolicy',
  tiers: 'Tier',
  installations: 'Installation',
  apiservers: 'APIServer',
  imagesets: 'ImageSet',
  tigerastatuses: 'TigeraStatus',
  datastoremigrations: 'DatastoreMigration',
};
const NAMESPACED: ReadonlySet<string> = new Set([
  'NetworkPolicy',
  'NetworkSet',
  'StagedNetworkPolicy',
  'StagedKubernetesNetworkPolicy',
]);
/** What the catalog says of it, older releases had too. */
const OLDEST_KNOWN = versionOf('v3.20.0');
const STRICT_FROM = versionOf('v3.32.0');

/** A definition that lets every object through. */
export function definition(name: string, version = 'v1', schema: object | null = null): KubernetesObject {
  const [plural = '', ...rest] = name.split('.');
  const kind = KINDS[plural] ?? plural;
  return object(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    // Groups of Kubernetes' own are open to definitions that somebody approved
    {
      name,
      ...(name.endsWith('k8s.io')
        ? {
            annotations: {
              'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/network-policy-api',
            },
          }
        : {}),
    },
    {
      spec: {
        group: rest.join('.'),
        scope: NAMESPACED.has(kind) ? 'Namespaced' : 'Cluster',
        names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        ],
      },
    },
  );
}

/** From v3.32 on the schemas are strict: two fields of Felix's stand for all of them here. */
const STRICT_FELIX = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: { iptablesBackend: { type: 'string', enum: ['Legacy', 'NFT', 'Auto'] } },
    },
  },
};

function definitionsOf(release: string): KubernetesObject[] {
  const isStrict = compareVersions(versionOf(release), STRICT_FROM) >= 0;
  return namesOf(release, 'CustomResourceDefinition').map((name) => {
    if (name.endsWith('policy.networking.k8s.io')) return definition(name, 'v1alpha1');
    const schema = name.startsWith('felixconfigurations.') && isStrict ? STRICT_FELIX : null;
    return definition(name, 'v1', schema);
  });
}

/** The names of a kind that upstream's calico.yaml has at a release, by the catalog. */
function namesOf(release: string, kind: string): readonly string[] {
  const version = latest(versionOf(release), OLDEST_KNOWN);
  return installObjects()
    .filter(
      (one) =>
        one.kind === kind &&
        one.files.includes('calico.yaml') &&
        compareVersions(versionOf(one.since), version) <= 0 &&
        (one.until === null || compareVersions(version, versionOf(one.until)) <= 0),
    )
    .map(({ name }) => name);
}

function latest(a: Version, b: Version): Version {
  return compareVersions(a, b) > 0 ? a : b;
}

const RBAC = 'rbac.authorization.k8s.io';
/** The one role whose rules count here. */
const TIER_GETTER = 'calico-tier-getter';
const READ_TIERS = { apiGroups: ['projectcalico.org'], resources: ['tiers'], verbs: ['get'] };

/** Upstream's calico.yaml as small as it can be: every object that the catalog knows of, with next to nothing in it. */
export function calicoFile(release: string): KubernetesObject[] {
  const namespace = 'kube-system';
  return [
    ...definitionsOf(release),
    ...namesOf(release, 'ServiceAccount').map((name) => object('v1', 'ServiceAccount', { name, namespace })),
    ...namesOf(release, 'ClusterRole').map((name) =>
      object(`${RBAC}/v1`, 'ClusterRole', { name }, { rules: name === TIER_GETTER ? [READ_TIERS] : [] }),
    ),
    ...namesOf(release, 'ClusterRoleBinding').map((name) =>
      object(
        `${RBAC}/v1`,
        'ClusterRoleBinding',
        { name },
        {
          roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
          subjects:
            name === TIER_GETTER
              ? [{ apiGroup: RBAC, kind: 'User', name: 'system:kube-controller-manager' }]
              : [{ kind: 'ServiceAccount', name, namespace }],
        },
      ),
    ),
    object(
      'v1',
      'ConfigMap',
      { name: 'calico-config', namespace },
      { data: { calico_backend: 'bird', veth_mtu: '0', typha_service_name: 'none', made_for: release } },
    ),
    calicoNode(release),
    workload(
      'Deployment',
      'calico-kube-controllers',
      { 'calico-kube-controllers': `quay.io/calico/kube-controllers:${release}` },
      { env: { ENABLED_CONTROLLERS: 'node' }, count: 1 },
    ),
  ];
}

function calicoNode(release: string): KubernetesObject {
  const isOld = compareVersions(versionOf(release), STRICT_FROM) < 0;
  const env = [
    { name: 'DATASTORE_TYPE', value: 'kubernetes' },
    { name: 'CALICO_NETWORKING_BACKEND', value: 'bird' },
    {
      name: 'FELIX_IPINIPMTU',
      valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'veth_mtu' } },
    },
    ...(isOld ? [{ name: 'FELIX_OLDSETTING', value: '1' }] : []),
  ];
  const container = {
    name: 'calico-node',
    image: `quay.io/calico/node:${release}`,
    env,
    resources: { requests: { cpu: isOld ? '250m' : '350m' } },
  };
  return workload('DaemonSet', 'calico-node', {}, { count: 3, pod: { containers: [container] } });
}

/** Upstream's tigera-operator.yaml, or what of it matters here. */
export function operatorFile(release: string): KubernetesObject[] {
  return [
    object('v1', 'Namespace', { name: 'tigera-operator' }),
    workload(
      'Deployment',
      'tigera-operator',
      { 'tigera-operator': `quay.io/tigera/operator:${operatorFor(versionOf(release)) ?? ''}` },
      { namespace: 'tigera-operator', count: 1 },
    ),
  ];
}

/** The operator's definitions, and Calico's, which it brings. */
export function operatorDefinitions(release: string): KubernetesObject[] {
  const own = ['installations', 'apiservers', 'imagesets', 'tigerastatuses'];
  return [...own.map((plural) => definition(`${plural}.operator.tigera.io`)), ...definitionsOf(release)];
}

/** The files of a release by their names, as text. */
export function filesOf(release: string): Readonly<Record<string, string>> {
  const text = (objects: readonly KubernetesObject[]): string =>
    objects.map((one) => JSON.stringify(one)).join('\n---\n');
  return {
    [`${release}/calico.yaml`]: text(calicoFile(release)),
    [`${release}/tigera-operator.yaml`]: text(operatorFile(release)),
    [`${release}/operator-crds.yaml`]: text(operatorDefinitions(release)),
  };
}
