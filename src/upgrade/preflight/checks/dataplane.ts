import { versionOf } from '../../../catalog/queries.js';
import { compareVersions, formatVersion } from '../../../version/version.js';
import { nameOf, referenceOf } from '../../../cluster/object-name.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';
import { textAt, valueAt } from '../../../cluster/fields.js';

/** What moves the packets: eBPF, iptables, nftables, tunnels, addresses, and Dikastes above them. */
export const dataplane: PreflightCheck = (input) => [
  ...ebpfWithKubeProxy(input),
  ...dataplaneDiffers(input),
  ...nftables(input),
  ...pinnedBackend(input),
  ...mtu(input),
  ...addresses(input),
  ...leak(input),
  ...applicationLayerPolicy(input),
];

function ebpfWithKubeProxy({ state, calico }: PreflightInput): PreflightFinding[] {
  const { mode, evidence } = state.network.kubeProxy;
  if (calico.dataplane !== 'bpf' || mode === 'none' || mode === 'unknown') return [];
  const keepsOff = calico.config.felix.some(
    (felix) => valueAt(felix, 'spec', 'bpfKubeProxyIptablesCleanupEnabled') === false,
  );
  if (keepsOff && mode !== 'ipvs') return [];
  return [
    finding('ebpf-with-kube-proxy', 'skippable', {
      message: `Calico’s dataplane is eBPF, and kube-proxy runs in mode ${mode}.`,
      remedy:
        mode === 'ipvs'
          ? 'Switch kube-proxy off first: IPVS does not go with eBPF.'
          : 'Switch kube-proxy off, or set bpfKubeProxyIptablesCleanupEnabled to false.',
      evidence,
      source: 'https://docs.tigera.io/calico/latest/operations/ebpf/enabling-ebpf',
    }),
  ];
}

function dataplaneDiffers({ calico }: PreflightInput): PreflightFinding[] {
  const installation = calico.operator?.installation;
  const wanted = textAt(installation, 'spec', 'calicoNetwork', 'linuxDataplane');
  const felix = calico.config.felix.find(({ metadata }) => metadata.name === 'default');
  const enabled = valueAt(felix, 'spec', 'bpfEnabled');
  if (!installation || !felix || wanted === '' || typeof enabled !== 'boolean') return [];
  if ((wanted === 'BPF') === enabled) return [];
  return [
    finding('dataplane-differs', 'skippable', {
      message: `The Installation says linuxDataplane ${wanted}, and FelixConfiguration default says bpfEnabled ${String(enabled)}.`,
      remedy: 'Make both say the same.',
      evidence: [
        evidenceOf(referenceOf(installation), 'spec.calicoNetwork.linuxDataplane', wanted),
        evidenceOf(referenceOf(felix), 'spec.bpfEnabled', enabled),
      ],
      source: 'https://github.com/projectcalico/calico/issues/10538',
    }),
  ];
}

function nftables({ state, calico, to, from }: PreflightInput): PreflightFinding[] {
  const { mode, evidence } = state.network.kubeProxy;
  if (mode !== 'nftables') return [];
  const isPanicking =
    compareVersions(to, versionOf('v3.27.0')) >= 0 && compareVersions(to, versionOf('v3.28.5')) <= 0;
  if (isPanicking) {
    return [
      finding('native-nftables', 'mandatory', {
        message: `kube-proxy runs in mode nftables, where Felix of ${formatVersion(to)} panics.`,
        remedy: 'Choose v3.29 or newer as the target, or move kube-proxy to iptables first.',
        evidence,
        source: 'https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements',
      }),
    ];
  }
  const line = versionOf('v3.32.0');
  const isSet = calico.config.felix.some((felix) => textAt(felix, 'spec', 'nftablesMode') !== '');
  if (isSet || compareVersions(from, line) >= 0 || compareVersions(to, line) < 0) return [];
  return [
    finding('nftables-mode', 'warning', {
      message:
        'kube-proxy runs in mode nftables, and nftablesMode is not set: Felix of v3.32 switches to nftables as it starts.',
      remedy: 'Set nftablesMode in FelixConfiguration default to what you want before the upgrade.',
      evidence,
      source: 'https://docs.tigera.io/calico/latest/reference/resources/felixconfig',
    }),
  ];
}

function pinnedBackend({ calico }: PreflightInput): PreflightFinding[] {
  const felix = calico.config.felix.find(
    (object) => !/^(?:auto)?$/i.test(textAt(object, 'spec', 'iptablesBackend')),
  );
  const env = calico.components.node?.env['FELIX_IPTABLESBACKEND'];
  const pinned = felix ? textAt(felix, 'spec', 'iptablesBackend') : env;
  if (pinned === undefined || pinned === '' || /^auto$/i.test(pinned)) return [];
  const node = calico.components.node;
  return [
    finding('iptables-backend-pinned', 'notice', {
      message: `Felix’s iptables backend is set to ${pinned}.`,
      remedy: 'Make sure that every node’s kube-proxy and kubelet use that backend, or leave it to Auto.',
      evidence: felix
        ? [evidenceOf(referenceOf(felix), 'spec.iptablesBackend', pinned)]
        : node
          ? [
              evidenceOf(
                node.reference,
                'spec.template.spec.containers[name=calico-node].env[name=FELIX_IPTABLESBACKEND].value',
                pinned,
              ),
            ]
          : [],
      source: 'https://github.com/projectcalico/calico/issues/5760',
    }),
  ];
}

/** Where veth_mtu and FelixConfiguration both name an MTU, they have to agree. */
function mtu({ calico }: PreflightInput): PreflightFinding[] {
  const configMap = calico.config.configMap;
  const veth = Number(textAt(configMap, 'data', 'veth_mtu') || 0);
  const felix = calico.config.felix.find((object) => Number(valueAt(object, 'spec', 'mtu') ?? 0) > 0);
  const own = Number(valueAt(felix, 'spec', 'mtu') ?? 0);
  if (!configMap || !felix || veth === 0 || veth === own) return [];
  return [
    finding('mtu-differs', 'warning', {
      message: `calico-config says veth_mtu ${veth}, and ${nameOf(referenceOf(felix))} says mtu ${own}.`,
      remedy: 'Make both say the same before every node restarts.',
      evidence: [
        evidenceOf(referenceOf(configMap), 'data.veth_mtu', veth),
        evidenceOf(referenceOf(felix), 'spec.mtu', own),
      ],
      source: 'https://docs.tigera.io/calico/latest/networking/configuring/mtu',
    }),
  ];
}

function addresses({ state, calico }: PreflightInput): PreflightFinding[] {
  const node = calico.components.node;
  if (!calico.providesNetworking || !node) return [];
  const differing = state.nodes.flatMap((one) => {
    const own = one.addresses.calico['projectcalico.org/IPv4Address']?.split('/')[0];
    const { internal } = one.addresses;
    return own === undefined || internal.length === 0 || internal.includes(own)
      ? []
      : [{ name: one.name, own }];
  });
  if (differing.length === 0) return [];
  const method = node.env['IP_AUTODETECTION_METHOD'] ?? 'first-found';
  return [
    finding('node-address-differs', 'warning', {
      message: `On ${count(differing.length, 'node')} calico-node uses an address that is not the kubelet’s (IP_AUTODETECTION_METHOD ${method}).`,
      remedy:
        'Set IP_AUTODETECTION_METHOD so that it can only find the right interface (kubernetes-internal-ip, can-reach=…, interface=…) before every node restarts.',
      evidence: differing.map(({ name, own }) =>
        evidenceOf(nodeReference(name), 'metadata.annotations[projectcalico.org/IPv4Address]', own),
      ),
      source: 'https://github.com/projectcalico/calico/issues/6711',
    }),
  ];
}

/** A handle is an address in use: far more of them than pods and tunnels can have are leaked. */
function leak({ state, calico }: PreflightInput): PreflightFinding[] {
  const handles = calico.data.counts[`ipamhandles.${calico.dataGroup}`] ?? 0;
  const pods = state.podCount;
  const tunnels = state.nodes.length * 4;
  if (pods === null || handles <= pods * 1.1 + tunnels + 20) return [];
  return [
    finding('ipam-leak', 'warning', {
      message: `IPAM has ${handles} allocations for ${count(pods, 'pod')}.`,
      remedy: 'Run “calicoctl ipam check” and release what leaked; it does not hinder the upgrade by itself.',
      source: 'https://docs.tigera.io/calico/latest/reference/calicoctl/ipam/check',
    }),
  ];
}

function applicationLayerPolicy({ calico, to }: PreflightInput): PreflightFinding[] {
  const policy = calico.applicationLayerPolicy;
  if (!policy.isInUse) return [];
  const isBroken =
    compareVersions(to, versionOf('v3.30.0')) >= 0 && compareVersions(to, versionOf('v3.32.0')) < 0;
  const { namespaces } = policy;
  const where = namespaces.length === 0 ? '' : ` in the namespaces ${listNames(namespaces)}`;
  const pods = `${count(policy.injectedPods, 'pod')}${where}`;
  return [
    isBroken
      ? finding('application-layer-policy', 'mandatory', {
          message: `Application layer policy is in use (${pods}), and Dikastes of ${formatVersion(to)} does not enforce it.`,
          remedy: 'Choose v3.32.0 or newer as the target, or stay at v3.29.',
          evidence: policy.evidence,
          source: 'https://github.com/projectcalico/calico/pull/11986',
        })
      : finding('application-layer-policy', 'notice', {
          message: `Application layer policy is in use (${pods}).`,
          remedy:
            'After Calico, move the injector’s template to the new Dikastes and roll the workloads. Then test the network by itself (mode: plan, network-test: always): policy-l7 tries the Dikastes that new pods get.',
          evidence: policy.evidence,
          source: 'https://docs.tigera.io/calico/latest/network-policy/istio/app-layer-policy',
        }),
  ];
}
