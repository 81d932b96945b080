import { type ApiClient } from '../api-client.js';
import { COREDNS_IMAGE } from '../images/node-images.js';
import { DNS_SERVICE_ADDRESS } from './node-files.js';

const COREFILE = `.:53 {
  errors
  health
  ready
  kubernetes cluster.local in-addr.arpa {
    pods insecure
    fallthrough in-addr.arpa
    ttl 5
  }
  loadbalance
}
`;
const LABELS = { 'k8s-app': 'kube-dns' };
const NAMESPACED = { name: 'coredns', namespace: 'kube-system' };

/** Answers names of the cluster, and of nothing else: there is no outside to ask. */
export async function installDns(api: ApiClient): Promise<void> {
  await Promise.all(objects().map(([path, object]) => api.call('POST', path, object)));
}

/** Null once a DNS server is ready, else what is missing. */
export async function missingDns(api: ApiClient): Promise<string | null> {
  const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
  const { status } = await api.call<{ readonly status: { readonly readyReplicas?: number } }>('GET', path);
  return (status.readyReplicas ?? 0) > 0 ? null : 'no ready CoreDNS';
}

function objects(): readonly (readonly [string, object])[] {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  return [
    ['/api/v1/namespaces/kube-system/serviceaccounts', { metadata: NAMESPACED }],
    [
      `${rbac}/clusterroles`,
      {
        metadata: { name: 'system:coredns' },
        rules: [
          {
            apiGroups: [''],
            resources: ['endpoints', 'services', 'pods', 'namespaces'],
            verbs: ['list', 'watch'],
          },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
        ],
      },
    ],
    [
      `${rbac}/clusterrolebindings`,
      {
        metadata: { name: 'system:coredns' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
        subjects: [{ kind: 'ServiceAccount', ...NAMESPACED }],
      },
    ],
    ['/api/v1/namespaces/kube-system/configmaps', { metadata: NAMESPACED, data: { Corefile: COREFILE } }],
    [
      '/api/v1/namespaces/kube-system/services',
      {
        metadata: { name: 'kube-dns', namespace: 'kube-system', labels: LABELS },
        spec: {
          selector: LABELS,
          clusterIP: DNS_SERVICE_ADDRESS,
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP' },
            { name: 'dns-tcp', port: 53, protocol: 'TCP' },
          ],
        },
      },
    ],
    ['/apis/apps/v1/namespaces/kube-system/deployments', deployment()],
  ];
}

function deployment(): object {
  return {
    metadata: { ...NAMESPACED, labels: LABELS },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: 'coredns',
          priorityClassName: 'system-cluster-critical',
          dnsPolicy: 'Default',
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: 'coredns',
              image: COREDNS_IMAGE,
              args: ['-conf', '/etc/coredns/Corefile'],
              volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
              readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
            },
          ],
          volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
        },
      },
    },
  };
}
