import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { object, workload } from '../cluster/build.js';

const RBAC = 'rbac.authorization.k8s.io';
const ACCOUNT = { name: 'calico-apiserver', namespace: 'calico-apiserver' };
export const API_SERVER = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...ACCOUNT,
} as const;
export const CSI_DRIVER = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  name: 'csi-node-driver',
  namespace: 'calico-system',
} as const;
export const REGISTRATION = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  namespace: null,
  name: 'v3.projectcalico.org',
} as const;
export const ALLOW = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  name: 'allow-apiserver',
  namespace: 'calico-apiserver',
} as const;

/** An apiserver.yaml as small as it can be, in the form of upstream's. */
export function apiServerFile(release: string): KubernetesObject[] {
  const { apiVersion, kind, name, namespace } = ALLOW;
  return [
    object('v1', 'Namespace', { name: 'calico-apiserver', labels: { name: 'calico-apiserver' } }),
    object(apiVersion, kind, { name, namespace }, { spec: { podSelector: {}, ingress: [{}] } }),
    object(
      'v1',
      'Service',
      { name: 'calico-api', namespace },
      {
        spec: {
          ports: [{ name: 'apiserver', port: 443, targetPort: 5443 }],
          selector: { apiserver: 'true' },
        },
      },
    ),
    workload(
      'Deployment',
      'calico-apiserver',
      { 'calico-apiserver': `quay.io/calico/apiserver:${release}` },
      { namespace, count: 1 },
    ),
    object('v1', 'ServiceAccount', ACCOUNT),
    object(
      'apiregistration.k8s.io/v1',
      'APIService',
      { name: REGISTRATION.name },
      {
        spec: {
          group: 'projectcalico.org',
          version: 'v3',
          groupPriorityMinimum: 1500,
          versionPriority: 200,
          service: { name: 'calico-api', namespace, port: 443 },
        },
      },
    ),
    object(
      `${RBAC}/v1`,
      'ClusterRole',
      { name: 'calico-crds' },
      {
        rules: [
          { apiGroups: ['crd.projectcalico.org'], resources: ['ippools'], verbs: ['get', 'list', 'watch'] },
        ],
      },
    ),
  ];
}

/** A csi-driver.yaml of that kind. */
export function csiFile(release: string): KubernetesObject[] {
  return [
    object('v1', 'Namespace', { name: 'calico-system' }),
    object(
      'storage.k8s.io/v1',
      'CSIDriver',
      { name: 'csi.tigera.io' },
      { spec: { podInfoOnMount: true, volumeLifecycleModes: ['Ephemeral'] } },
    ),
    workload(
      'DaemonSet',
      'csi-node-driver',
      {
        'calico-csi': `quay.io/calico/csi:${release}`,
        'csi-node-driver-registrar': `quay.io/calico/node-driver-registrar:${release}`,
      },
      { namespace: CSI_DRIVER.namespace, count: 3 },
    ),
  ];
}

/** The files of a release by their names, as text. */
export function ownFilesOf(release: string): Readonly<Record<string, string>> {
  const text = (objects: readonly KubernetesObject[]): string =>
    objects.map((one) => JSON.stringify(one)).join('\n---\n');
  return {
    [`${release}/apiserver.yaml`]: text(apiServerFile(release)),
    [`${release}/csi-driver.yaml`]: text(csiFile(release)),
  };
}
