import type { PreflightCode } from '../../../../src/findings/preflight-registry.js';
import { object, workload } from '../../../cluster/build.js';
import { env, set } from './edits.js';
import type { Scene } from './scene.js';
import { CRD, pool, WANTED_POOL } from './well-clusters.js';

const felix = (spec: Readonly<Record<string, unknown>>) =>
  object(CRD, 'FelixConfiguration', { name: 'default' }, { spec });
const policy = (name: string, tier: string) =>
  object(CRD, 'GlobalNetworkPolicy', { name }, { spec: { tier, selector: 'all()' } });
const adminPolicy = object(
  'policy.networking.k8s.io/v1alpha1',
  'AdminNetworkPolicy',
  { name: 'mine' },
  { spec: { priority: 10 } },
);
const pools = (...wanted: readonly object[]) => set('spec.calicoNetwork.ipPools', wanted);
const kubeProxy = (mode: string) => [
  workload('DaemonSet', 'kube-proxy', { 'kube-proxy': 'registry.k8s.io/kube-proxy:v1.34.4' }, { count: 3 }),
  object(
    'v1',
    'ConfigMap',
    { name: 'kube-proxy', namespace: 'kube-system' },
    { data: { 'config.conf': `kind: KubeProxyConfiguration\nmode: "${mode}"\n` } },
  ),
];
const NODE = 'DaemonSet calico-node';
const INSTALLATION = 'Installation default';
const UIDS = { from: 'v3.27.4', to: 'v3.28.5' } as const;

/** Faults of pools, dataplane, policies and stored objects. */
export const DATA_SCENES = {
  'pool-differs': { base: 'operator', edit: { [INSTALLATION]: pools({ ...WANTED_POOL, blockSize: 24 }) } },
  'pool-would-be-enabled': { base: 'operator', add: [pool({ disabled: true })] },
  'pool-cidr-not-canonical': {
    base: 'operator',
    edit: { [INSTALLATION]: pools({ ...WANTED_POOL, cidr: '10.244.0.1/16' }) },
  },
  'pool-outside-pod-subnet': {
    base: 'operator',
    add: [
      object(
        'v1',
        'ConfigMap',
        { name: 'kubeadm-config', namespace: 'kube-system' },
        { data: { ClusterConfiguration: 'networking:\n  podSubnet: 192.168.0.0/16\n' } },
      ),
    ],
  },
  'mtu-differs': {
    add: [felix({ mtu: 1450 })],
    edit: { 'ConfigMap calico-config': set('data.veth_mtu', '1400') },
  },
  'ebpf-with-kube-proxy': { add: kubeProxy('iptables'), edit: { [NODE]: env({ FELIX_BPFENABLED: 'true' }) } },
  'dataplane-differs': { base: 'operator', add: [felix({ bpfEnabled: true })] },
  'nftables-mode': { add: kubeProxy('nftables') },
  'native-nftables': { from: 'v3.26.4', to: 'v3.28.2', add: kubeProxy('nftables') },
  'iptables-backend-pinned': { add: [felix({ iptablesBackend: 'NFT' })] },
  'application-layer-policy': { add: [felix({ policySyncPathPrefix: '/var/run/nodeagent' })] },
  'owner-references': {
    ...UIDS,
    add: [
      object(
        'v1',
        'Pod',
        {
          name: 'owned',
          namespace: 'default',
          ownerReferences: [
            { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', name: 'default-ipv4-ippool', uid: '1' },
          ],
        },
        { spec: { containers: [{ name: 'c', image: 'i' }] } },
      ),
    ],
  },
  'admin-network-policies': { add: [adminPolicy] },
  'admin-network-policies-begin': { from: 'v3.29.7', to: 'v3.30.7', add: [adminPolicy] },
  'allow-tigera-tier': { add: [policy('allow-tigera.mine', 'allow-tigera')] },
  'policy-names': { add: [policy('default.mine', 'default')] },
  'stored-object-refused': { add: [felix({ iptablesBackend: 'nft' })] },
  'stored-field-lost': { add: [felix({ iptablesLockTimeout: '1s' })] },
} satisfies Partial<Readonly<Record<PreflightCode, Scene>>>;
