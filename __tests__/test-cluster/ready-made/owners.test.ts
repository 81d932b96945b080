import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { type Owner, ownedBy } from '../../../test-cluster/ready-made/owners.js';

const daemonSet: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'calico-node', namespace: 'kube-system', labels: { 'k8s-app': 'calico-node' } },
};
const definition: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tiers.crd.projectcalico.org' },
};

describe('ownedBy', () => {
  const cases: readonly (readonly [owner: Owner, labels: object, annotations: object | undefined])[] = [
    [
      'flux',
      {
        'kustomize.toolkit.fluxcd.io/name': 'calico',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
      undefined,
    ],
    ['argocd', {}, { 'argocd.argoproj.io/tracking-id': 'calico:apps/DaemonSet:kube-system/calico-node' }],
    [
      'helm',
      { 'app.kubernetes.io/managed-by': 'Helm' },
      { 'meta.helm.sh/release-name': 'calico', 'meta.helm.sh/release-namespace': 'tigera-operator' },
    ],
    [
      'rke2',
      { 'app.kubernetes.io/managed-by': 'Helm' },
      { 'meta.helm.sh/release-name': 'rke2-calico', 'meta.helm.sh/release-namespace': 'kube-system' },
    ],
    [
      'kops',
      {
        'addon.kops.k8s.io/name': 'networking.projectcalico.org',
        'app.kubernetes.io/managed-by': 'kops',
        'role.kubernetes.io/networking': '1',
      },
      undefined,
    ],
    [
      'k3s',
      { 'objectset.rio.cattle.io/hash': expect.stringMatching(/^[0-9a-f]{40}$/) },
      expect.objectContaining({
        'objectset.rio.cattle.io/owner-gvk': 'k3s.cattle.io/v1, Kind=Addon',
      }),
    ],
    [
      'addon-manager',
      { 'addonmanager.kubernetes.io/mode': 'Reconcile', 'kubernetes.io/cluster-service': 'true' },
      undefined,
    ],
  ];

  it.each(cases)('marks what %s owns, and keeps the labels that are there', (owner, labels, annotations) => {
    const { metadata } = ownedBy(owner, daemonSet);
    expect(metadata.labels).toEqual({ 'k8s-app': 'calico-node', ...labels });
    expect(metadata.annotations).toEqual(annotations);
  });

  it.each<Owner>(['helm', 'argocd', 'rke2'])('leaves definitions alone as %s does', (owner) => {
    expect(ownedBy(owner, definition)).toEqual(definition);
  });
});
