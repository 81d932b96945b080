import type { KubernetesObject } from '../../ports/cluster-client.js';
import { parseYaml } from '../../yaml/parse.js';
import { textAt as yamlTextAt } from '../../yaml/query.js';
import type { CalicoConfig, CalicoState, PoolState } from '../calico-state.js';
import { fieldsAt, isTrueAt, numberAt, scalarAt, textAt, textMapAt } from '../fields.js';
import { flagsOf } from './kube-proxy.js';

/** Reads an IP pool; modes that are not set are `Never`. */
export function readPool(pool: KubernetesObject): PoolState {
  const spec = fieldsAt(pool, 'spec');
  return {
    name: pool.metadata.name,
    cidr: textAt(spec, 'cidr'),
    // The field `ipip` is what calicoctl 2 wrote, and 3.32 removes
    ipipMode: textAt(spec, 'ipipMode') || textAt(spec, 'ipip', 'mode') || 'Never',
    vxlanMode: textAt(spec, 'vxlanMode') || 'Never',
    natOutgoing: isTrueAt(spec, 'natOutgoing') || isTrueAt(spec, 'nat-outgoing'),
    disabled: isTrueAt(spec, 'disabled'),
    blockSize: numberAt(spec, 'blockSize'),
    nodeSelector: textAt(spec, 'nodeSelector'),
    isOperatorOwned: pool.metadata.labels?.['app.kubernetes.io/managed-by'] === 'tigera-operator',
  };
}

/** Reads a tier; `order` is null where it is the last. */
export function readTier(tier: KubernetesObject): CalicoConfig['tiers'][number] {
  return { name: tier.metadata.name, order: numberAt(tier, 'spec', 'order') };
}

/**
 * The pod network as kubeadm's configuration and kube-controller-manager's flag say, each CIDR once; empty where
 * neither is there (managed control planes, k3s).
 */
export function readPodSubnets(
  kubeadmConfig: KubernetesObject | null,
  controllerManager: KubernetesObject | null,
): string[] {
  const text = textMapAt(kubeadmConfig, 'data')['ClusterConfiguration'] ?? '';
  const root = parseYaml(text).documents[0]?.root;
  const fromKubeadm = root ? yamlTextAt(root, 'networking', 'podSubnet') : '';
  const fromFlag = controllerManager ? (flagsOf(controllerManager).get('cluster-cidr') ?? '') : '';
  const cidrs = [fromKubeadm, fromFlag].flatMap((list) => list.split(',')).map((cidr) => cidr.trim());
  return [...new Set(cidrs.filter(Boolean))];
}

/** What the data plane is read off. */
export interface DataplaneSources {
  readonly env: Readonly<Record<string, string>>;
  readonly felix: readonly KubernetesObject[];
  readonly installation: KubernetesObject | null;
  readonly kubeProxyMode: string;
  readonly hasLinuxNode: boolean;
  readonly hasWindowsNode: boolean;
  /** Whether FelixConfiguration could be read. */
  readonly isComplete: boolean;
}

/**
 * What carries the packets. The environment goes before FelixConfiguration, as in Felix; the operator writes into
 * both, and its Installation says what it wants.
 * @see https://docs.tigera.io/calico/latest/reference/felix/configuration for the order
 */
export function readDataplane(sources: DataplaneSources): CalicoState['dataplane'] {
  const { env, installation } = sources;
  if (!sources.hasLinuxNode) return sources.hasWindowsNode ? 'windows' : 'unknown';
  const wanted = textAt(installation, 'spec', 'calicoNetwork', 'linuxDataplane');
  if (wanted === 'VPP') return 'vpp';
  const felix = sources.felix.find(({ metadata }) => metadata.name === 'default') ?? null;
  const bpf = env['FELIX_BPFENABLED']?.toLowerCase() ?? scalarAt(felix, 'spec', 'bpfEnabled');
  if (bpf === 'true' || wanted === 'BPF') return 'bpf';
  const nftables = env['FELIX_NFTABLESMODE'] ?? textAt(felix, 'spec', 'nftablesMode');
  if (/^enabled$/i.test(nftables) || wanted === 'Nftables') return 'nftables';
  if (/^auto$/i.test(nftables)) return sources.kubeProxyMode === 'nftables' ? 'nftables' : 'iptables';
  return sources.isComplete || env['FELIX_BPFENABLED'] !== undefined || wanted !== ''
    ? 'iptables'
    : 'unknown';
}
