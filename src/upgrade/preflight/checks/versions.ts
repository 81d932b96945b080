import { caveatsBetween, conditionHolds, sourceUrl } from '../../../catalog/queries.js';
import type { Caveat } from '../../../catalog/types.js';
import { compareVersions, formatMinor, formatVersion } from '../../../version/version.js';
import { FINDING_KINDS } from '../../../findings/registry.js';
import { judgeRow } from '../../../policy/judge-rows.js';
import type { PreflightCode } from '../../../findings/preflight-registry.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** What runs, what is to run, and whether the two go together. */
export const versions: PreflightCheck = (input) => [
  ...conflict(input),
  ...pairs(input),
  ...kubeletSkew(input),
  ...belowMinimum(input),
  ...wrongRows(input),
  ...caveats(input),
];

function conflict({ calico }: PreflightInput): PreflightFinding[] {
  const { verdict, explanation, readings } = calico.versions;
  if (verdict !== 'conflict' && verdict !== 'mixed' && verdict !== 'unknown') return [];
  const evidence = readings.map(({ at }) => at);
  if (verdict === 'mixed') {
    return [
      finding('rollout-unfinished', 'mandatory', {
        message: explanation,
        remedy: 'Let the rollout end, or take it back, before another begins.',
        evidence,
      }),
    ];
  }
  return [
    finding('version-conflict', 'mandatory', {
      message: explanation,
      remedy: 'Find out which release runs on the nodes and bring the other sources to it first.',
      evidence,
      source: 'https://github.com/projectcalico/calico/issues/4098',
    }),
  ];
}

function pairs({ path }: PreflightInput): PreflightFinding[] {
  if (path.kind === 'found') return [];
  return path.missing.map(({ pair, support }) => {
    const name = `Calico ${formatVersion(pair.calico)} with Kubernetes ${formatMinor(pair.kubernetes)}`;
    if (support.support === 'broken') {
      return finding('pair-broken', 'mandatory', {
        message: `${name} does not work: ${support.reason}`,
        remedy: 'Choose another target, or move Kubernetes first.',
        source: support.source,
      });
    }
    return finding('pair-untested', 'skippable', {
      message: `${name} is not tested: ${support.reason}`,
      remedy: 'Choose a target that is tested with this Kubernetes, or accept the pair with force.',
      source: support.source,
    });
  });
}

/** @see https://kubernetes.io/releases/version-skew-policy/#kubelet */
function kubeletSkew({ state, kubernetesTo }: PreflightInput): PreflightFinding[] {
  const server = Math.max(state.kubernetes.version.minor, kubernetesTo?.minor ?? 0);
  const allowed = server >= 28 ? 3 : 2;
  const far = state.nodes.filter(({ kubelet, isVirtual }) => {
    const newer = kubelet.minor > state.kubernetes.version.minor;
    return !isVirtual && (newer || server - kubelet.minor > allowed);
  });
  if (far.length === 0) return [];
  return [
    finding('kubelet-skew', 'skippable', {
      message: `${count(far.length, 'kubelet is', 'kubelets are')} too far from an API server of v1.${server}: ${listNames(far.map(({ name, kubelet }) => `${name} (${formatVersion(kubelet)})`))}.`,
      remedy: 'Upgrade the kubelets first.',
      evidence: far.map(({ name, kubelet }) =>
        evidenceOf(nodeReference(name), 'status.nodeInfo.kubeletVersion', formatVersion(kubelet)),
      ),
      source: 'https://kubernetes.io/releases/version-skew-policy/',
    }),
  ];
}

function belowMinimum({ state, kubernetesTo, to, policy }: PreflightInput): PreflightFinding[] {
  const minor = formatMinor(kubernetesTo ?? state.kubernetes.version);
  const minimum = policy.rows.find((row) => row.kubernetes === minor)?.minimum;
  if (!minimum || compareVersions(to, minimum.version) >= 0) return [];
  return [
    finding('below-policy-minimum', 'skippable', {
      message: `The target ${formatVersion(to)} is below ${formatVersion(minimum.version)}, the policy’s minimum for Kubernetes ${minor} (${minimum.location.path}:${minimum.location.line}).`,
      remedy: 'Choose a newer target, or correct the policy.',
    }),
  ];
}

/** Rows of the policy that are wrong in themselves, as `check` finds them; the row of this Kubernetes chose the target. */
function wrongRows({ state, kubernetesTo, policy }: PreflightInput): PreflightFinding[] {
  const minor = formatMinor(kubernetesTo ?? state.kubernetes.version);
  return policy.rows
    .flatMap(judgeRow)
    .map(({ code, kubernetes, message, remedy, location: { path, line }, source }) =>
      finding(code, kubernetes === minor ? 'warning' : 'notice', {
        message: `${message.replace(/\.$/, '')} (${path}:${line}).`,
        remedy: remedy ?? FINDING_KINDS[code].remedy,
        source,
      }),
    );
}

/** Caveats that a check of its own looks for: it says whether the cluster is really concerned. */
const CHECKED: ReadonlyMap<string, PreflightCode> = new Map([
  ['image-set-first', 'imageset-missing'],
  ['edits-are-replaced', 'customisation-dropped'],
  ['etcd-endpoints-are-replaced', 'etcd-datastore'],
  ['canal-etcd-job-immutable', 'etcd-datastore'],
  ['host-endpoints-drop', 'host-endpoints-drop'],
  ['native-nftables-panics', 'native-nftables'],
  ['operator-owns-pools', 'pool-differs'],
  ['v3-uids-change-v3.26', 'owner-references'],
  ['v3-uids-change-v3.28', 'owner-references'],
  ['kernel-5.10', 'kernel-too-old'],
  ['non-privileged-gone', 'non-privileged'],
  ['admin-network-policy-enforced', 'admin-network-policies-begin'],
  ['baseline-admin-network-policy-enforced', 'admin-network-policies-begin'],
  ['admin-network-policy-gone', 'admin-network-policies'],
  ['allow-tigera-renamed', 'allow-tigera-tier'],
  ['policy-names-migrate', 'policy-names'],
]);

function caveats(input: PreflightInput): PreflightFinding[] {
  return caveatsBetween(input.from, input.to, 'upgrade')
    .filter((caveat) => !CHECKED.has(caveat.id) && concerns(caveat, input))
    .map((caveat) =>
      finding('caveat', caveat.stopAt === null ? 'notice' : 'warning', {
        message: `${caveat.release === null ? '' : `${caveat.release}: `}${caveat.text}`,
        remedy: 'Read the note and see whether it concerns you.',
        source: sourceUrl(caveat.source),
      }),
    );
}

/** The cluster shows what the catalog's conditions leave open. */
function concerns({ condition }: Caveat, { calico, uses }: PreflightInput): boolean {
  switch (condition) {
    case 'helm':
      return calico.method === 'helm';
    case 'etcd':
      return calico.datastore === 'etcdv3';
    case 'image-set':
      return (calico.operator?.imageSets.length ?? 0) > 0;
    case 'admin-network-policy':
      return calico.data.adminNetworkPolicies.length > 0;
    case 'gateway':
      return calico.operator?.resources.some(({ kind }) => kind === 'GatewayAPI') ?? false;
    case 'any':
    case 'manifest':
    case 'operator':
    case 'ebpf':
    case 'application-layer-policy':
      return conditionHolds(condition, uses);
  }
}
