import { dump } from 'js-yaml';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { installObjects, type Installed } from './install-objects.js';

export interface KubeadmOptions {
  /** `v1.34.4` */
  readonly kubernetes: string;
  /** Default: 10.244.0.0/16. */
  readonly podSubnet?: string;
  /** Default: 10.96.0.0/12. */
  readonly serviceSubnet?: string;
  /** `mode` of kube-proxy; empty is what kubeadm writes, and means iptables. */
  readonly kubeProxyMode?: '' | 'iptables' | 'ipvs' | 'nftables';
}

/**
 * What `kubeadm init` leaves in a cluster, as far as anything reads it: the ConfigMaps kubeadm-config and kube-proxy,
 * the DaemonSet kube-proxy, the Deployment and Service of CoreDNS.
 *
 * @see https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/
 */
export function installKubeadmObjects(client: ClusterClient, options: KubeadmOptions): Promise<Installed> {
  return installObjects(client, kubeadmObjects(options), { command: 'create', fieldManager: 'kubeadm' });
}

/** The objects themselves. */
export function kubeadmObjects(options: KubeadmOptions): KubernetesObject[] {
  return [clusterConfiguration(options), ...kubeProxy(options), ...coreDns()];
}

function clusterConfiguration(options: KubeadmOptions): KubernetesObject {
  const { kubernetes, podSubnet = '10.244.0.0/16', serviceSubnet = '10.96.0.0/12' } = options;
  const configuration = {
    apiServer: {},
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    caCertificateValidityPeriod: '87600h0m0s',
    certificateValidityPeriod: '8760h0m0s',
    certificatesDir: '/etc/kubernetes/pki',
    clusterName: 'kubernetes',
    controllerManager: {},
    dns: {},
    encryptionAlgorithm: 'RSA-2048',
    etcd: { local: { dataDir: '/var/lib/etcd' } },
    imageRepository: 'registry.k8s.io',
    kind: 'ClusterConfiguration',
    kubernetesVersion: kubernetes,
    networking: { dnsDomain: 'cluster.local', podSubnet, serviceSubnet },
    proxy: {},
    scheduler: {},
  };
  return configMap('kubeadm-config', { ClusterConfiguration: dump(configuration) });
}

function kubeProxy({
  kubernetes,
  podSubnet = '10.244.0.0/16',
  kubeProxyMode = '',
}: KubeadmOptions): KubernetesObject[] {
  const configuration = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    bindAddress: '0.0.0.0',
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' },
    clusterCIDR: podSubnet,
    kind: 'KubeProxyConfiguration',
    mode: kubeProxyMode,
  };
  const labels = { 'k8s-app': 'kube-proxy' };
  const daemonSet: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-proxy', namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'kube-proxy',
              image: `registry.k8s.io/kube-proxy:${kubernetes}`,
              command: [
                '/usr/local/bin/kube-proxy',
                '--config=/var/lib/kube-proxy/config.conf',
                '--hostname-override=$(NODE_NAME)',
              ],
              env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
              securityContext: { privileged: true },
              volumeMounts: [{ name: 'kube-proxy', mountPath: '/var/lib/kube-proxy' }],
            },
          ],
          hostNetwork: true,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          priorityClassName: 'system-node-critical',
          serviceAccountName: 'kube-proxy',
          tolerations: [{ operator: 'Exists' }],
          volumes: [{ name: 'kube-proxy', configMap: { name: 'kube-proxy' } }],
        },
      },
      updateStrategy: { type: 'RollingUpdate' },
    },
  };
  return [
    serviceAccount('kube-proxy'),
    configMap('kube-proxy', { 'config.conf': dump(configuration) }),
    daemonSet,
  ];
}

function coreDns(): KubernetesObject[] {
  const labels = { 'k8s-app': 'kube-dns' };
  const deployment: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system', labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'coredns', image: 'registry.k8s.io/coredns/coredns:v1.12.1' }],
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
        },
      },
    },
  };
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { ...labels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      selector: labels,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      ],
    },
  };
  return [serviceAccount('coredns'), deployment, service];
}

function serviceAccount(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } };
}

function configMap(name: string, data: Readonly<Record<string, string>>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system' }, data };
}
