import type { PreflightCode } from '../../../../src/findings/preflight-registry.js';
import { parsePolicy } from '../../../../src/policy/parse-policy.js';
import { versionOf } from '../../../../src/catalog/queries.js';
import { object, workload } from '../../../cluster/build.js';
import { helmReleaseSecret } from '../../../../test-cluster/ready-made/helm-release.js';
import { all, deleting, env, gone, mark, set } from './edits.js';
import type { Scene } from './scene.js';
import { definition } from './upstream-files.js';
import { CRD, tigeraStatus } from './well-clusters.js';

const NODE = 'DaemonSet calico-node';
const policy = (recommended: string, operator: string, minimum = 'v3.30.0') =>
  parsePolicy(
    'policy.yml',
    `calico_version_matrix:\n  "1.34":\n    recommended_version: ${recommended}\n    minimum_version: ${minimum}\n    operator_version: ${operator}\n`,
  );
const helmOwned = all(
  mark('annotations', 'meta.helm.sh/release-name', 'calico'),
  mark('annotations', 'meta.helm.sh/release-namespace', 'tigera-operator'),
  mark('labels', 'app.kubernetes.io/managed-by', 'Helm'),
);
const helm = (status: 'deployed' | 'pending-upgrade', apiVersion = 'policy/v1'): Scene => ({
  base: 'operator',
  edit: { 'Deployment tigera-operator': helmOwned, 'Installation default': helmOwned },
  add: [
    helmReleaseSecret(
      {
        version: 'v3.31.7',
        status,
        manifest: [
          object(apiVersion, apiVersion === 'policy/v1' ? 'PodDisruptionBudget' : 'PodSecurityPolicy', {
            name: 'x',
          }),
        ],
      },
      new Date('2026-01-01T00:00:00Z'),
    ),
  ],
});

/** Faults of how Calico is installed, and of where it is to go. */
export const INSTALL_SCENES = {
  'kubernetes-too-old': {
    from: 'v3.22.1',
    to: 'v3.22.5',
    fake: { gitVersion: 'v1.22.17' },
    well: { from: 'v3.22.1', to: 'v3.22.5' },
  },
  'etcd-datastore': { edit: { [NODE]: env({ DATASTORE_TYPE: 'etcdv3' }) } },
  canal: {
    edit: {
      [NODE]: (daemonSet) => {
        const flannel = { name: 'kube-flannel', image: 'docker.io/flannel/flannel:v0.24.4' };
        const [first] = [daemonSet['spec'] as { template: { spec: { containers: object[] } } }];
        return set('spec.template.spec.containers', [...first.template.spec.containers, flannel])(daemonSet);
      },
    },
  },
  'native-v3-crds': {
    add: [definition('ippools.projectcalico.org', 'v3')],
    edit: {
      'CustomResourceDefinition ippools.crd.projectcalico.org': gone,
      'IPPool default-ipv4-ippool': gone,
    },
  },
  enterprise: {
    base: 'operator',
    edit: { 'Installation default': set('spec.variant', 'TigeraSecureEnterprise') },
  },
  'vpp-dataplane': {
    base: 'operator',
    edit: { 'Installation default': set('spec.calicoNetwork.linuxDataplane', 'VPP') },
  },
  'windows-nodes': { edit: { 'Node node-3': set('status.nodeInfo.operatingSystem', 'windows') } },
  'other-cni': {
    add: [workload('DaemonSet', 'cilium', { 'cilium-agent': 'quay.io/cilium/cilium:v1.16.0' })],
  },
  'owned-elsewhere': { edit: { [NODE]: mark('labels', 'addonmanager.kubernetes.io/mode', 'Reconcile') } },
  'install-method-differs': { options: { installMethod: 'helm' }, well: {} },
  'several-install-methods': {
    base: 'operator',
    add: [workload('DaemonSet', 'calico-node', { 'calico-node': 'quay.io/calico/node:v3.31.7' })],
  },
  'calico-missing': { base: 'empty' },
  'target-unusable': { options: { target: versionOf('v3.29.99') }, well: {} },

  'version-conflict': {
    edit: {
      [NODE]: set('spec.template.spec.containers', [
        { name: 'calico-node', image: 'quay.io/calico/node:mine' },
      ]),
      ...podsAre('mine'),
      'ClusterInformation default': set('spec.calicoVersion', 'v3.29.7'),
    },
  },
  'rollout-unfinished': { edit: { [NODE]: set('status.updatedNumberScheduled', 1) } },
  'pair-broken': { from: 'v3.22.1', to: 'v3.22.5', well: {} },
  'pair-untested': { from: 'v3.28.2', to: 'v3.28.5', well: {} },
  'kubelet-skew': { edit: { 'Node node-1': set('status.nodeInfo.kubeletVersion', 'v1.30.1') } },
  'below-policy-minimum': {
    options: { policy: policy('v3.32.1', 'v1.42.3', 'v3.32.2') },
    well: { options: { policy: policy('v3.32.1', 'v1.42.3') } },
  },
  'policy-operator-wrong': {
    options: { policy: policy('v3.32.1', 'v1.38.1') },
    well: { options: { policy: policy('v3.32.1', 'v1.42.3') } },
  },
  'policy-recommendation-untested': {
    options: { policy: policy('v3.28.5', 'v1.34.13') },
    well: { options: { policy: policy('v3.32.1', 'v1.42.3') } },
  },
  // Some notes hold whatever is crossed; this one is of eBPF
  caveat: {
    from: 'v3.30.7',
    to: 'v3.31.7',
    edit: { [NODE]: env({ FELIX_BPFENABLED: 'true' }) },
    says: /drop VXLAN traffic/,
  },

  'operator-missing': { base: 'operator', edit: { 'Deployment tigera-operator': gone } },
  'operator-migration': {
    base: 'operator',
    edit: { 'Node node-1': mark('labels', 'projectcalico.org/operator-node-migration', 'pre-operator') },
  },
  'installation-deleting': {
    base: 'operator',
    edit: { 'Installation default': deleting('tigera.io/operator-cleanup') },
  },
  'imageset-missing': {
    base: 'operator',
    add: [object('operator.tigera.io/v1', 'ImageSet', { name: 'calico-v3.31.7' }, { spec: { images: [] } })],
  },
  'non-privileged': {
    base: 'operator',
    edit: { 'Installation default': set('spec.nonPrivileged', 'Enabled') },
  },
  'helm-removed-api': helm('deployed', 'policy/v1beta1'),
  'helm-release-pending': helm('pending-upgrade'),
  'tigera-status': { base: 'operator', add: [tigeraStatus('calico', 'Degraded')] },
  'rendered-object-edited': {
    base: 'operator',
    patched: {
      object: {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        namespace: 'calico-system',
        name: 'calico-node',
      },
      body: { spec: { template: { spec: { priorityClassName: 'system-node-critical' } } } },
    },
  },
  'rendered-object-ignored': {
    base: 'operator',
    edit: { [NODE]: mark('annotations', 'unsupported.operator.tigera.io/ignore', 'true') },
  },
  'host-endpoints-drop': {
    from: 'v3.13.1',
    to: 'v3.22.5',
    add: [object(CRD, 'HostEndpoint', { name: 'node-1' }, { spec: { node: 'node-1', interfaceName: '*' } })],
  },
} satisfies Partial<Readonly<Record<PreflightCode, Scene>>>;

/** Pods of calico-node with another tag. */
function podsAre(tag: string): NonNullable<Scene['edit']> {
  const spec = set('spec.containers', [{ name: 'calico-node', image: `quay.io/calico/node:${tag}` }]);
  return Object.fromEntries([0, 1, 2].map((index) => [`Pod calico-node-${index}`, spec]));
}
