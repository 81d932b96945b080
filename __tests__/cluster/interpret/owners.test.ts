import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject, ObjectMetadata } from '../../../src/ports/cluster-client.js';
import { type Owner as Tool, ownedBy, OWNER_MANAGERS } from '../../../test-cluster/ready-made/owners.js';
import { calicoNode, installation, node, object, operatorNode, tigeraOperator } from '../build.js';
import { served } from '../objects-client.js';
import { stateOf } from '../state-of.js';

const marked = (metadata: Partial<ObjectMetadata>): KubernetesObject => calicoNode('v3.28.2', { metadata });

/** Tools found, with what drives them. */
async function ownersOf(objects: readonly KubernetesObject[]): Promise<string[]> {
  const { owners } = await stateOf(objects);
  return owners.map(({ tool, source }) => (source === null ? tool : `${tool}: ${source}`));
}

describe('who owns the objects', () => {
  test('nobody, where a person with kubectl applied them', async () => {
    const managedFields = [{ manager: 'kubectl-client-side-apply', operation: 'Update' as const }];
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    expect(await ownersOf([marked({ managedFields, annotations })])).toEqual([]);
  });

  test.each([
    ['flux', ['flux: Kustomization flux-system/calico']],
    ['flux-helm', ['flux: HelmRelease flux-system/calico', 'helm: Helm release tigera-operator/calico']],
    ['argocd', ['argocd: Application calico']],
    ['helm', ['helm: Helm release tigera-operator/calico']],
    ['rke2', ['rke2: HelmChart kube-system/rke2-calico']],
    ['kops', ['kops: kOps addon networking.projectcalico.org']],
    ['k3s', ['k3s: Addon kube-system/calico']],
    ['addon-manager', ['addon-manager']],
  ] as readonly (readonly [Tool, readonly string[]])[])(
    '%s, by its marks as the tool leaves them',
    async (tool, found) => {
      const { fieldManager } = OWNER_MANAGERS[tool];
      const owned = ownedBy(tool, calicoNode('v3.28.2'));
      const managedFields = [{ manager: fieldManager }];
      expect(await ownersOf([{ ...owned, metadata: { ...owned.metadata, managedFields } }])).toEqual(found);
    },
  );

  test.each([
    ['flux', 'kustomize-controller'],
    ['argocd', 'argocd-controller'],
    ['kops', 'kops'],
    ['fleet', 'fleetagent'],
    ['eks', 'eks'],
  ])('%s, by its field manager %s alone', async (tool, manager) => {
    expect(await ownersOf([marked({ managedFields: [{ manager }] })])).toEqual([tool]);
  });

  test.each([
    ['k0s', { labels: { 'k0s.k0sproject.io/stack': 'calico' } }, ['k0s: k0s stack calico']],
    [
      'an Application outside Argo CD’s namespace',
      {
        annotations: { 'argocd.argoproj.io/tracking-id': 'team_net:apps/DaemonSet:kube-system/calico-node' },
      },
      ['argocd: Application team/net'],
    ],
    [
      'Fleet',
      {
        annotations: {
          'objectset.rio.cattle.io/owner-gvk': 'fleet.cattle.io/v1alpha1, Kind=BundleDeployment',
          'objectset.rio.cattle.io/owner-name': 'net',
        },
      },
      ['fleet: BundleDeployment net'],
    ],
    [
      'Rancher',
      {
        annotations: {
          'objectset.rio.cattle.io/owner-gvk': 'management.cattle.io/v3, Kind=Cluster',
          'objectset.rio.cattle.io/owner-name': 'c-1',
        },
      },
      ['rancher: Cluster c-1'],
    ],
  ] as const)('%s', async (_, metadata, found) => {
    expect(await ownersOf([marked(metadata)])).toEqual(found);
  });

  test('AKS, by the labels of the operator that it installs', async () => {
    const labels = {
      'addonmanager.kubernetes.io/mode': 'Reconcile',
      'kubernetes.azure.com/managedby': 'aks',
    };
    const objects = [
      tigeraOperator('v1.34.5', { metadata: { labels } }),
      installation(),
      operatorNode('v3.28.2'),
    ];
    expect(await ownersOf(objects)).toEqual(['aks', 'addon-manager']);
  });

  test('MicroK8s, by the paths below its snap', async () => {
    const pod = {
      containers: [{ name: 'calico-node', image: 'docker.io/calico/node:v3.28.2' }],
      volumes: [{ name: 'cni', hostPath: { path: '/var/snap/microk8s/current/opt/cni/bin' } }],
    };
    expect(await ownersOf([calicoNode('v3.28.2', { pod })])).toEqual([
      'microk8s: /var/snap/microk8s/current/args/cni-network/cni.yaml',
    ]);
  });

  test('Kubespray, by calico-config', async () => {
    const pod = {
      containers: [
        {
          name: 'calico-node',
          image: 'quay.io/calico/node:v3.28.2',
          env: [
            {
              name: 'CLUSTER_TYPE',
              valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'cluster_type' } },
            },
          ],
        },
      ],
    };
    const config = object(
      'v1',
      'ConfigMap',
      { name: 'calico-config', namespace: 'kube-system' },
      { data: { cluster_type: 'kubespray,bgp' } },
    );
    expect(await ownersOf([calicoNode('v3.28.2', { pod }), config])).toEqual(['kubespray']);
  });

  test('RKE, by what it writes on nodes', async () => {
    const rke = node('rke-1', { metadata: { annotations: { 'rke.cattle.io/internal-ip': '10.0.0.9' } } });
    expect(await ownersOf([rke, calicoNode('v3.28.2')])).toEqual(['rancher']);
  });

  test('GKE, where the addon-manager owns Calico on its nodes', async () => {
    const gke = node('gke-1', { metadata: { labels: { 'cloud.google.com/gke-nodepool': 'default-pool' } } });
    const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
    expect(await ownersOf([gke, marked({ labels })])).toEqual(['addon-manager', 'gke']);
    expect(await ownersOf([gke, calicoNode('v3.28.2')])).toEqual([]);
  });

  test('OpenShift, by its API or by the Installation', async () => {
    const objects = [
      tigeraOperator('v1.34.5'),
      installation({ kubernetesProvider: 'OpenShift' }),
      operatorNode('v3.28.2'),
    ];
    expect(await ownersOf(objects)).toEqual(['openshift']);
    const kinds = [served('config.openshift.io/v1', 'ClusterVersion', false)];
    const { owners } = await stateOf([calicoNode('v3.28.2')], { kinds });
    expect(owners.map(({ tool }) => tool)).toEqual(['openshift']);
  });

  test('the evidence names object, field and value', async () => {
    const { owners } = await stateOf([marked({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'net' } })]);
    expect(owners).toEqual([
      {
        tool: 'flux',
        source: 'Kustomization net',
        evidence: {
          object: { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' },
          field: 'metadata.labels["kustomize.toolkit.fluxcd.io/name"]',
          value: 'net',
        },
      },
    ]);
  });

  test('objects that are not Calico’s say nothing', async () => {
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
    const other = object('v1', 'ConfigMap', { name: 'app', namespace: 'default', labels });
    expect(await ownersOf([calicoNode('v3.28.2'), other])).toEqual([]);
  });
});
