import { caveatsBetween, conditionHolds, sourceUrl, supportOf } from '../../catalog/queries.js';
import type { Caveat } from '../../catalog/types.js';
import type { CalicoState, ClusterState } from '../../cluster/cluster-state.js';
import { nameOf } from '../../cluster/object-name.js';
import type { RollbackCode } from '../../findings/rollback-registry.js';
import { compareVersions, formatVersion, parseVersion, type Version } from '../../version/version.js';
import { usesOf } from '../plan/run-plan.js';
import { refusals } from '../preflight/checks/refusals.js';
import { count, listNames } from '../preflight/finding.js';
import type { MissingAccess, Weight } from '../preflight/preflight.js';
import type { WavePlan } from '../waves/plan-waves.js';
import { helmFindings, type ReleaseMove } from './helm-release.js';
import type { Restoration } from './plan-restore.js';
import type { SecretsLook } from './plan-secrets.js';
import type { RestoreItem } from './restore-item.js';
import type { RollbackFinding } from './rollback-finding.js';

export type { RollbackFinding } from './rollback-finding.js';

export interface Circumstances {
  readonly edited: readonly string[];
  readonly missingAccess: readonly MissingAccess[];
  readonly waves: WavePlan;
  readonly release: ReleaseMove | null;
  readonly hasHelm: boolean;
}

const WEIGHTS: readonly Weight[] = ['mandatory', 'skippable', 'warning', 'notice'];

/** All that is to be said before a rollback, what stops it first. Pure. */
export function findObstacles(
  restoration: Restoration,
  circumstances: Circumstances,
): readonly RollbackFinding[] {
  const found = [
    ...findInstallObstacles(restoration),
    ...conflicts(restoration),
    ...refused(restoration),
    ...notServed(restoration),
    ...permissions(circumstances),
    ...leftOut(circumstances),
    ...kept(restoration),
    ...edited(circumstances),
    ...secrets(restoration),
    ...helmFindings(circumstances.release, circumstances.hasHelm),
  ];
  return WEIGHTS.flatMap((weight) => found.filter((one) => one.weight === weight));
}

function say(
  code: RollbackCode,
  weight: Weight,
  message: string,
  remedy: string,
  source: string | null = null,
): RollbackFinding {
  return { code, weight, message, remedy, source };
}

/** What speaks of the two installs: the one that is there, and the one of the bundle. */
function findInstallObstacles({ index, state, calico }: Restoration): readonly RollbackFinding[] {
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

function conflicts({ items }: Restoration): RollbackFinding[] {
  const found = items.filter(({ action }) => action === 'conflict');
  if (found.length === 0) return [];
  return [
    say(
      'rollback-conflict',
      'mandatory',
      `${count(found.length, 'object')} of yours ${found.length === 1 ? 'was' : 'were'} changed or deleted since the backup: ${listObjects(found)}.`,
      'Look at both in the plan, and set on-conflict: bundle to put the backup’s back, or live to keep what is there.',
    ),
  ];
}

function refused({ refused: found }: Restoration): RollbackFinding[] {
  return found.map(({ item, message }) =>
    say(
      'rollback-refused',
      'mandatory',
      `${nameOf(item.object)} cannot be written: ${message}`,
      'Put right what the server names, or take the object out of the bundle and set force.',
    ),
  );
}

function notServed({ notServed: kinds }: Restoration): RollbackFinding[] {
  if (kinds.length === 0) return [];
  return [
    say(
      'rollback-not-served',
      'skippable',
      `The cluster does not serve ${listNames(kinds)}, and the bundle has no definition of it.`,
      'Set force to leave these objects out; they stay in the bundle.',
    ),
  ];
}

function permissions({ missingAccess }: Circumstances): RollbackFinding[] {
  if (missingAccess.length === 0) return [];
  const texts = missingAccess.map(
    ({ access }) => `${access.verb} ${access.resource}${access.group === '' ? '' : `.${access.group}`}`,
  );
  return [
    say(
      'rollback-permission',
      'mandatory',
      `The account may not ${listNames(texts)}.`,
      'Apply the ClusterRole that the plan prints, bound to the account of the kubeconfig.',
    ),
  ];
}

function leftOut({ waves }: Circumstances): RollbackFinding[] {
  return waves.leftOut.map(({ node, reason }) =>
    say(
      'rollback-nodes-left-out',
      'warning',
      `Node ${node} takes no part: ${reason}.`,
      'The rules of both releases stay until it has gone back as well: then run the rollback once more.',
    ),
  );
}

function kept({ items }: Restoration): RollbackFinding[] {
  const found = items.filter(({ action }) => action === 'keep');
  if (found.length === 0) return [];
  return [
    say(
      'rollback-kept',
      'notice',
      `${count(found.length, 'object stays as it is', 'objects stay as they are')}: ${listObjects(found)}.`,
      'The plan lists all, with reasons.',
    ),
  ];
}

function edited({ edited: paths }: Circumstances): RollbackFinding[] {
  if (paths.length === 0) return [];
  return [
    say(
      'rollback-edited',
      'warning',
      `${count(paths.length, 'file')} of the bundle ${paths.length === 1 ? 'was' : 'were'} changed after it was made: ${listNames(paths)}.`,
      'They are taken as they are now, since force is set.',
    ),
  ];
}

const SECRETS: Readonly<Record<SecretsLook, readonly [what: string, toDo: string] | null>> = {
  compared: null,
  'left-out': [
    'The bundle holds no Secrets; those of the cluster stay as they are.',
    'If one is gone (typha-certs, node-certs, a pull secret), put it back by hand.',
  ],
  'no-key': [
    'The Secrets of the bundle are encrypted and no encryption-key is given: they were not looked at.',
    'If one is gone from the cluster, set encryption-key to what the backup was made with.',
  ],
  'key-only-encrypts': [
    'The encryption-key is a recipient, which only encrypts: the Secrets of the bundle were not looked at.',
    'If one is gone from the cluster, set encryption-key to the identity (AGE-SECRET-KEY-1…).',
  ],
  forbidden: [
    'The account may not read Secrets: those of the bundle were not compared.',
    'If one is gone from the cluster, let the account get and create Secrets.',
  ],
};

function secrets({ secrets: look }: Restoration): RollbackFinding[] {
  const said = SECRETS[look];
  return said === null ? [] : [say('rollback-secrets', 'notice', ...said)];
}

function listObjects(items: readonly RestoreItem[]): string {
  return listNames(items.map(({ object }) => nameOf(object)));
}
