import { versionOf } from '../../../catalog/queries.js';
import type { PoolState } from '../../../cluster/calico-state.js';
import type { ObjectReference } from '../../../ports/cluster-client.js';
import { compareVersions } from '../../../version/version.js';
import { formatCidr, isSameCidr, isWithin, parseCidr } from '../cidr.js';
import { referenceOf } from '../../../cluster/object-name.js';
import { evidenceOf, finding, listNames, poolReference } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';
import { listAt, textAt, valueAt } from '../../../cluster/fields.js';
import { poolEnvironment } from './pool-environment.js';

/** IP pools against the backend, the Installation, the environment and the cluster's pod network. */
export const pools: PreflightCheck = (input) => [
  ...backend(input),
  ...poolEnvironment(input),
  ...installationPools(input),
];

function backend({ calico }: PreflightInput): PreflightFinding[] {
  const configMap = calico.config.configMap;
  const name = textAt(configMap, 'data', 'calico_backend');
  const ipip = calico.config.pools.filter(
    ({ ipipMode, disabled }) => !disabled && ipipMode !== '' && ipipMode !== 'Never',
  );
  if (!configMap || name !== 'vxlan' || ipip.length === 0) return [];
  return [
    finding('backend-encapsulation', 'skippable', {
      message: `calico_backend is vxlan, and ${listNames(ipip.map((pool) => pool.name))} uses IPIP, which needs BGP.`,
      remedy:
        'Set calico_backend to bird, or move the pool to VXLAN, before the upgrade restarts every node.',
      evidence: [
        evidenceOf(referenceOf(configMap), 'data.calico_backend', name),
        ...ipip.map((pool) =>
          evidenceOf(poolReference(pool, calico.dataGroup), 'spec.ipipMode', pool.ipipMode),
        ),
      ],
      source: 'https://github.com/projectcalico/calico/issues/6208',
    }),
  ];
}

function installationPools({ calico, from, to }: PreflightInput): PreflightFinding[] {
  const installation = calico.operator?.installation;
  if (!installation) return [];
  const line = versionOf('v3.28.0');
  const takesOver = compareVersions(from, line) < 0 && compareVersions(to, line) >= 0;
  const object = referenceOf(installation);
  return listAt(installation, 'spec', 'calicoNetwork', 'ipPools').flatMap((wanted, index) => {
    const at = `spec.calicoNetwork.ipPools[${index}]`;
    const text = textAt(wanted, 'cidr');
    const cidr = parseCidr(text);
    if (!cidr) return [];
    const live = calico.config.pools.find((pool) => isSameCidr(pool.cidr, text));
    return [
      ...notCanonical(object, at, text, formatCidr(cidr)),
      ...outsidePodSubnet(object, at, text, calico.config.podSubnets),
      ...(live && compareVersions(to, line) >= 0 ? differing(object, at, wanted, live, takesOver) : []),
    ];
  });
}

function notCanonical(
  object: ObjectReference,
  at: string,
  text: string,
  canonical: string,
): PreflightFinding[] {
  if (text === canonical) return [];
  return [
    finding('pool-cidr-not-canonical', 'skippable', {
      message: `The Installation writes the pool ${canonical} as ${text}.`,
      remedy: `Write ${canonical} in ${at}.cidr.`,
      evidence: [evidenceOf(object, `${at}.cidr`, text)],
      source: 'https://github.com/tigera/operator/issues/3494',
    }),
  ];
}

function outsidePodSubnet(
  object: ObjectReference,
  at: string,
  text: string,
  subnets: readonly string[],
): PreflightFinding[] {
  const pool = parseCidr(text);
  const known = subnets.map(parseCidr).filter((subnet) => subnet !== null);
  const ofFamily = known.filter(([address]) => address.kind() === pool?.[0].kind());
  if (!pool || ofFamily.length === 0 || ofFamily.some((subnet) => isWithin(pool, subnet))) return [];
  return [
    finding('pool-outside-pod-subnet', 'skippable', {
      message: `The pool ${text} does not lie in the cluster’s pod network ${subnets.join(', ')}.`,
      remedy: 'Bring the Installation’s pool and kubeadm’s podSubnet together first.',
      evidence: [evidenceOf(object, `${at}.cidr`, text)],
      source: 'https://github.com/tigera/operator/issues/2916',
    }),
  ];
}

function differing(
  object: ObjectReference,
  at: string,
  wanted: unknown,
  live: PoolState,
  takesOver: boolean,
): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const differences = differencesOf(wanted, live);
  if (differences.length > 0 && !live.isOperatorOwned) {
    found.push(
      finding('pool-differs', takesOver ? 'mandatory' : 'skippable', {
        message: `The pool ${live.name} (${live.cidr}) is not as the Installation has it: ${differences.join('; ')}.`,
        remedy: 'Make the Installation say what the live pool is.',
        evidence: [evidenceOf(object, at, wanted)],
        source: 'https://github.com/tigera/operator/issues/3428',
      }),
    );
  }
  if (live.disabled && !isDisabledIn(wanted)) {
    found.push(
      finding('pool-would-be-enabled', takesOver ? 'mandatory' : 'warning', {
        message: `The pool ${live.name} (${live.cidr}) is disabled, and the Installation does not say so.`,
        remedy:
          'Take the pool out of the Installation, or set disableNewAllocations there, before the operator takes it over.',
        evidence: [evidenceOf(object, at, wanted)],
        source: 'https://github.com/projectcalico/calico/issues/9100',
      }),
    );
  }
  return found;
}

function differencesOf(wanted: unknown, live: PoolState): readonly string[] {
  const encapsulation = textAt(wanted, 'encapsulation');
  const liveEncapsulation = encapsulationOf(live);
  const blockSize = valueAt(wanted, 'blockSize');
  const nat = textAt(wanted, 'natOutgoing');
  return [
    ...(encapsulation !== '' && encapsulation !== liveEncapsulation
      ? [`encapsulation ${encapsulation} there, ${liveEncapsulation} live`]
      : []),
    ...(typeof blockSize === 'number' && live.blockSize !== null && blockSize !== live.blockSize
      ? [`blockSize ${blockSize} there, ${live.blockSize} live`]
      : []),
    ...(nat !== '' && (nat === 'Enabled') !== live.natOutgoing
      ? [`natOutgoing ${nat} there, ${live.natOutgoing ? 'Enabled' : 'Disabled'} live`]
      : []),
  ];
}

/** @see https://docs.tigera.io/calico/latest/reference/installation/api#encapsulationtype */
function encapsulationOf({ ipipMode, vxlanMode }: PoolState): string {
  if (vxlanMode === 'Always') return 'VXLAN';
  if (vxlanMode === 'CrossSubnet') return 'VXLANCrossSubnet';
  if (ipipMode === 'Always') return 'IPIP';
  return ipipMode === 'CrossSubnet' ? 'IPIPCrossSubnet' : 'None';
}

function isDisabledIn(wanted: unknown): boolean {
  return (
    valueAt(wanted, 'disableNewAllocations') === true || textAt(wanted, 'disableNewAllocations') === 'Enabled'
  );
}
