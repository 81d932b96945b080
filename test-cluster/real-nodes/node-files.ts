import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { type KeyAndCertificate } from '../certificates/certificate.js';
import { PAUSE_IMAGE } from '../images/node-images.js';
import { CNI_DIRECTORY } from './availability.js';
import { type NodeLayout, POD_NETWORK } from './layout.js';

/** The address of the Service of the cluster's DNS. */
export const DNS_SERVICE_ADDRESS = '10.96.0.10';

/** What a node is told. */
export interface NodeFiles {
  readonly node: NodeLayout;
  /** All nodes of the cluster, this one too. */
  readonly nodes: readonly NodeLayout[];
  readonly fabricAddress: string;
  readonly logs: string;
  readonly programs: { readonly kubelet: string; readonly 'kube-proxy': string };
  /** PEM of the cluster's authority. */
  readonly authority: string;
  /** For the kubelet's own port. */
  readonly serving: KeyAndCertificate;
  readonly kubeletKubeconfig: string;
  readonly kubeProxyKubeconfig: string;
}

/** What the kubelet would set for the whole machine. @see k8s.io/kubernetes/pkg/kubelet/cm setupKernelTunables */
const KERNEL_SETTINGS = {
  overcommit_memory: 1,
  panic: 10,
  panic_on_oops: 1,
  root_maxkeys: 1_000_000,
  root_maxbytes: 25_000_000,
} as const;

/** Directories that are there from the start: places to mount at, and what pods of the system ask for. */
const DIRECTORIES = [
  ...['dev', 'etc/alternatives', 'home', 'mnt', 'opt/cni/bin', 'opt/node', 'proc', 'root', 'run'],
  ...[
    'srv',
    'sys',
    'tmp',
    'usr',
    'var/lib/calico',
    'var/lib/cni/networks',
    'var/lib/kubelet',
    'var/log',
    'var/tmp',
  ],
] as const;

/** Lays out what the node has of its own below its root. */
export function writeNodeFiles(files: NodeFiles): void {
  const { root } = files.node;
  for (const path of DIRECTORIES) mkdirSync(join(root, path), { recursive: true });
  for (const [path, content] of Object.entries(contents(files))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode: path.endsWith('.key') ? 0o600 : 0o644 });
  }
  for (const plugin of ['bandwidth', 'bridge', 'host-local', 'loopback', 'portmap', 'ptp', 'tuning']) {
    symlinkSync(join(CNI_DIRECTORY, plugin), join(root, 'opt/cni/bin', plugin));
  }
  symlinkSync('/run', join(root, 'var/run'));
  symlinkSync('/usr/lib/os-release', join(root, 'etc/os-release'));
}

function contents(files: NodeFiles): Readonly<Record<string, string>> {
  const { node, authority, serving } = files;
  return {
    'etc/node/node.env': environment(files),
    ...Object.fromEntries(
      Object.entries(KERNEL_SETTINGS).map(([name, value]) => [`etc/node/${name}`, `${value}\n`]),
    ),
    'opt/node/kubelet': '',
    'opt/node/kube-proxy': '',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n',
    'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
    'etc/hosts': `127.0.0.1 localhost\n${node.address} ${node.name}\n`,
    'etc/resolv.conf': '', // nothing can be asked out there
    'etc/machine-id': `${Buffer.from(node.cgroup).toString('hex').padEnd(32, '0').slice(-32)}\n`,
    'etc/containerd/config.toml': CONTAINERD,
    'etc/cni/net.d/99-plain.conflist': podNetworkConfiguration(node),
    'etc/kubernetes/ca.crt': authority,
    'etc/kubernetes/kubelet.crt': serving.certificate,
    'etc/kubernetes/kubelet.key': serving.key,
    'etc/kubernetes/kubelet.conf': files.kubeletKubeconfig,
    'etc/kubernetes/kube-proxy.conf': files.kubeProxyKubeconfig,
    'etc/kubernetes/kubelet.yaml': dump(KUBELET),
    'etc/kubernetes/kube-proxy.yaml': dump(KUBE_PROXY),
  };
}

/** For the shell that runs node.sh. */
function environment({ node, nodes, fabricAddress, logs, programs }: NodeFiles): string {
  const others = nodes.filter(({ name }) => name !== node.name);
  const routes = [
    `route add default via ${fabricAddress}`,
    ...others.map(({ podNetwork, address }) => `route add ${podNetwork} via ${address}`),
  ];
  const variables = {
    NODE: node.name,
    ADDRESS: node.addressWithPrefix,
    POD_NETWORK: node.podNetwork,
    ROUTES: routes.join('\n'),
    CGROUP: node.cgroup,
    LOGS: logs,
    KUBELET: programs.kubelet,
    KUBE_PROXY: programs['kube-proxy'],
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}

/** The network of pods without Calico; also what the stand-in of Calico's CNI makes its own from. */
function podNetworkConfiguration({ podNetwork }: NodeLayout): string {
  return JSON.stringify({
    name: 'k8s-pod-network',
    cniVersion: '0.3.1',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: { type: 'host-local', ranges: [[{ subnet: podNetwork }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', snat: true, capabilities: { portMappings: true } },
    ],
  });
}

/**
 * No process here may raise its OOM score without CAP_SYS_RESOURCE, which containers and small machines lack.
 *
 * @see https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md
 */
const CONTAINERD = `version = 2
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]
[plugins."io.containerd.grpc.v1.cri"]
  disable_apparmor = true
  disable_tcp_service = true
  restrict_oom_score_adj = true
  sandbox_image = "${PAUSE_IMAGE}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
`;

/** @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
const KUBELET = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: false },
    x509: { clientCAFile: '/etc/kubernetes/ca.crt' },
  },
  authorization: { mode: 'AlwaysAllow' },
  tlsCertFile: '/etc/kubernetes/kubelet.crt',
  tlsPrivateKeyFile: '/etc/kubernetes/kubelet.key',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  failCgroupV1: false,
  failSwapOn: false,
  oomScoreAdj: 0,
  clusterDNS: [DNS_SERVICE_ADDRESS],
  clusterDomain: 'cluster.local',
  resolvConf: '/etc/resolv.conf',
  // A disk that is nearly full is the machine's matter: no test may fail for it.
  evictionHard: {
    'memory.available': '1Mi',
    'nodefs.available': '0%',
    'imagefs.available': '0%',
    'nodefs.inodesFree': '0%',
  },
  imageGCHighThresholdPercent: 100,
  readOnlyPort: 0,
  serializeImagePulls: false,
  nodeStatusUpdateFrequency: '2s',
};

/** Connection tracking has settings that only the machine itself may change: 0 leaves them alone. */
const KUBE_PROXY = {
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  clientConnection: { kubeconfig: '/etc/kubernetes/kube-proxy.conf' },
  clusterCIDR: POD_NETWORK,
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  iptables: { minSyncPeriod: '0s' },
  mode: 'iptables',
  oomScoreAdj: 0,
};
