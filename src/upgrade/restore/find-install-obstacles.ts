import { caveatsBetween, conditionHolds, sourceUrl, supportOf } from '../../catalog/queries.js';
import type { Caveat } from '../../catalog/types.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import { compareVersions, formatVersion, parseVersion, type Version } from '../../version/version.js';
import { usesOf } from '../plan/run-plan.js';
import { refusals } from '../preflight/checks/refusals.js';
import type { Weight } from '../preflight/preflight.js';
import type { Restoration } from './plan-restore.js';
import { type RollbackFinding, say } from './rollback-finding.js';

/** What speaks of the two installs: the one that is there, and the one of the bundle. Pure. */
export function findInstallObstacles({ index, state, calico }: Restoration): readonly RollbackFinding[] {
  const to = parseVersion(index.calico);
  if (to === null) {
    return [
      say(
        'rollback-unknown-release',
        'skippable',
        'The bundle does not say which Calico release it is of: versions disagreed when it was made.',
        'Look at the images in its DaemonSet; set force to restore it nevertheless.',
      ),
    ];
  }
  const pair = supportedPair(state, to, index.method === 'manifest' ? 'manifest' : 'operator');
  if (calico === null) return [...pair, ...nothingThere(index.calico)];
  const from = calico.versions.running;
  return [
    ...refusals({ state, calico }).map(({ code, weight, message, remedy, source }) => ({
      code,
      weight,
      message,
      remedy,
      source,
    })),
    ...pair,
    ...otherInstall(index, calico),
    ...(from === null ? [] : [...newer(from, to), ...caveats({ state, calico }, from, to)]),
  ];
}

function nothingThere(version: string): RollbackFinding[] {
  return [
    say(
      'rollback-not-found',
      'warning',
      `No Calico is seen in the cluster; all of ${version} is made anew.`,
      'If another CNI was put in its place, remove that first.',
    ),
  ];
}

function supportedPair(
  { kubernetes }: ClusterState,
  to: Version,
  install: 'manifest' | 'operator',
): RollbackFinding[] {
  const { support, reason, source } = supportOf(kubernetes.version, to, install);
  if (support === 'tested') return [];
  const message = `Calico ${formatVersion(to)} on Kubernetes ${kubernetes.gitVersion}: ${reason}`;
  return [
    support === 'broken'
      ? say(
          'rollback-pair',
          'mandatory',
          message,
          'Roll back to a bundle whose Calico runs on this Kubernetes.',
          source,
        )
      : say(
          'rollback-pair',
          'skippable',
          message,
          'Set force if that Calico ran well on this Kubernetes.',
          source,
        ),
  ];
}

function otherInstall(index: Restoration['index'], calico: CalicoState): RollbackFinding[] {
  const found: RollbackFinding[] = [];
  const isOther = (index.method === 'manifest') !== (calico.method === 'manifest');
  if (isOther) {
    found.push(
      say(
        'rollback-method',
        'mandatory',
        `The bundle is of an install by ${index.method}, and Calico is installed by ${calico.method} now.`,
        'A rollback never converts one into the other: take a bundle of the present install.',
      ),
    );
  } else if (index.variant !== calico.variant) {
    found.push(
      say(
        'rollback-variant',
        'skippable',
        `The bundle is of the variant ${index.variant}, and ${calico.variant} runs.`,
        'If the upgrade changed the variant by mistake, set force to go back to the one before.',
      ),
    );
  }
  if (index.dataGroup !== calico.dataGroup) {
    found.push(
      say(
        'rollback-data-group',
        'mandatory',
        `The bundle has Calico’s data in ${index.dataGroup}, and the cluster has it in ${calico.dataGroup}.`,
        'Undo the migration by upstream’s page on native v3 CRDs first.',
        'https://docs.tigera.io/calico/latest/operations/native-v3-crds',
      ),
    );
  }
  return found;
}

function newer(from: Version, to: Version): RollbackFinding[] {
  if (compareVersions(to, from) <= 0) return [];
  return [
    say(
      'rollback-newer',
      'skippable',
      `The bundle is of Calico ${formatVersion(to)}, and ${formatVersion(from)} runs: that is no way back.`,
      'Use the mode upgrade to go forward, or set force to put that state back.',
    ),
  ];
}

interface Cluster {
  readonly state: ClusterState;
  readonly calico: CalicoState;
}

/** How much a caveat of the way back weighs here; what no row says stops unless forced. */
const CAVEATS: Readonly<Record<string, (cluster: Cluster, to: Version) => Weight | null>> = {
  // True of any way back, and what this mode is made for
  'no-documented-downgrade': () => 'notice',
  'restore-together': () => null,
  'newer-crds-stay': () => null,
  'helm-rollback-keeps-crds': () => null,
  'rollback-cni-token': () => null,
  // Said with the pair, which knows Kubernetes
  'rollback-policy-v1beta1': () => null,
  'rollback-pod-security-policy': () => null,
  'rollback-v3-uids-v3.26': hasDependents,
  'rollback-v3-uids-v3.28': hasDependents,
  'rollback-tiers': ({ calico }) => (hasOwnTiers(calico) ? 'skippable' : 'notice'),
  'rollback-image-set-first': lacksImageSet,
  'rollback-operator-crds-v3.31': () => 'warning',
  'rollback-operator-crds-v3.32': () => 'warning',
  'rollback-apiserver-namespace': () => 'warning',
  'rollback-policy-names': ({ calico }) => (calico.data.defaultPrefix.without > 0 ? 'skippable' : 'notice'),
  'rollback-cluster-network-policy': ({ calico }) =>
    (calico.data.counts['clusternetworkpolicies.policy.networking.k8s.io'] ?? 0) > 0 ? 'skippable' : null,
};

/** Who uses ImageSets needs one of the release to go back to. */
function lacksImageSet({ calico }: Cluster, to: Version): Weight | null {
  const names = (calico.operator?.imageSets ?? []).map(({ name }) => name);
  return names.length === 0 || names.includes(`calico-${formatVersion(to)}`) ? null : 'skippable';
}

function hasDependents({ state }: Cluster): Weight {
  return state.dependents.length > 0 ? 'skippable' : 'notice';
}

/** Tiers whose policies a release without tiers would read as it likes. */
function hasOwnTiers({ data }: CalicoState): boolean {
  return Object.entries(data.policiesByTier).some(
    ([tier, policies]) => policies > 0 && !/^(?:default|allow-tigera|calico-system)\//.test(tier),
  );
}

function caveats(cluster: Cluster, from: Version, to: Version): RollbackFinding[] {
  if (compareVersions(from, to) === 0) return [];
  const uses = usesOf(cluster.calico);
  return caveatsBetween(from, to, 'rollback')
    .filter(({ condition }) => conditionHolds(condition, uses))
    .flatMap((caveat: Caveat) => {
      const weigh = CAVEATS[caveat.id];
      const weight = weigh ? weigh(cluster, to) : 'skippable';
      if (weight === null) return [];
      const remedy =
        weight === 'skippable'
          ? 'See to that first, or set force to go back with it.'
          : 'Know it; nothing has to be done first.';
      return [say('rollback-caveat', weight, caveat.text, remedy, sourceUrl(caveat.source))];
    });
}
