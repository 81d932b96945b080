import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import { ROLLBACK_KINDS, type RollbackCode } from '../../../src/findings/rollback-registry.js';
import type { BundleIndex } from '../../../src/upgrade/backup/bundle-index.js';
import { type Circumstances, findObstacles } from '../../../src/upgrade/restore/find-obstacles.js';
import type { Restoration } from '../../../src/upgrade/restore/plan-restore.js';
import type { RollbackFinding } from '../../../src/upgrade/restore/rollback-finding.js';
import { buildCalico, buildState } from '../../cluster/build-state.js';
import { buildIndex, buildItem } from '../../report/rollback/build-rollback.js';

type CalicoChanges = NonNullable<Parameters<typeof buildCalico>[0]>;

interface Scene {
  /** The release that runs; null where no Calico is there. */
  readonly from?: string | null;
  /** The release of the bundle. */
  readonly to?: string;
  readonly kubernetes?: string;
  readonly calico?: CalicoChanges;
  readonly state?: Parameters<typeof buildState>[0];
  readonly index?: Partial<BundleIndex>;
  readonly restoration?: Partial<Restoration>;
  readonly circumstances?: Partial<Circumstances>;
}

/** Between two patches of one minor that Kubernetes v1.31 is tested with nothing is to be said. */
const QUIET: Scene = { from: 'v3.30.7', to: 'v3.30.1' };

function findingsOf(scene: Scene): readonly RollbackFinding[] {
  const { from, to = 'v3.30.1', kubernetes = 'v1.31.4' } = { ...QUIET, ...scene };
  const running = from === null ? null : versionOf(from ?? 'v3.30.7');
  const versions = { ...buildCalico().versions, running };
  const calico = from === null ? null : { ...buildCalico(scene.calico), versions };
  const state = buildState({
    kubernetes: { version: versionOf(kubernetes), gitVersion: kubernetes },
    ...scene.state,
  });
  const restoration = {
    index: buildIndex({ calico: to, ...scene.index }),
    state: { ...state, calico },
    calico,
    hasOperator: false,
    items: [],
    compared: 61,
    notServed: [],
    refused: [],
    node: null,
    moved: [],
    finalizers: [],
    going: { namespaces: [], registrations: [] },
    secrets: 'compared',
    releases: [],
    ...scene.restoration,
  } satisfies Restoration;
  return findObstacles(restoration, {
    edited: [],
    missingAccess: [],
    waves: { waves: [], leftOut: [], unready: [], classes: [] },
    release: null,
    hasHelm: false,
    ...scene.circumstances,
  });
}

function codesOf(scene: Scene): readonly string[] {
  return findingsOf(scene).map(({ weight, code }) => `${weight} ${code}`);
}

const MOVE = {
  to: { name: 'calico', namespace: 'tigera-operator', revision: 1, chartVersion: 'v3.30.1' },
  present: { revision: 2, chartVersion: 'v3.30.7', status: 'deployed' },
  isInHistory: true,
  record: [],
} as unknown as Circumstances['release'];
const ACCESS = { verb: 'update', group: 'apps', resource: 'daemonsets' };

/** A scene in which each code is said, with its weight and what its message names, and one close by in which it is not. */
const CASES: Readonly<Record<RollbackCode, readonly [Scene, string, RegExp, Scene]>> = {
  'rollback-unknown-release': [{ index: { calico: '' } }, 'skippable', /versions disagreed/, {}],
  'rollback-not-found': [
    { from: null },
    'warning',
    /^No Calico is seen in the cluster; all of v3\.30\.1 is made anew\.$/,
    { from: 'v3.30.7' },
  ],
  'rollback-newer': [
    { to: 'v3.30.7', from: 'v3.30.1' },
    'skippable',
    /of Calico v3\.30\.7, and v3\.30\.1 runs/,
    { to: 'v3.30.7', from: 'v3.30.7' },
  ],
  'rollback-pair': [
    { kubernetes: 'v1.40.0' },
    'skippable',
    /^Calico v3\.30\.1 on Kubernetes v1\.40\.0: /,
    { kubernetes: 'v1.32.3' },
  ],
  'rollback-method': [
    { index: { method: 'helm' } },
    'mandatory',
    /an install by helm, and Calico is installed by manifest/,
    { index: { method: 'helm' }, calico: { method: 'operator' } },
  ],
  'rollback-variant': [
    { index: { variant: 'calico-bpf' } },
    'skippable',
    /of the variant calico-bpf, and calico runs/,
    { index: { variant: 'calico-bpf' }, calico: { variant: 'calico-bpf' } },
  ],
  'rollback-data-group': [
    { index: { dataGroup: 'projectcalico.org' } },
    'mandatory',
    /in projectcalico\.org, and the cluster has it in crd\.projectcalico\.org/,
    { index: { dataGroup: 'projectcalico.org' }, calico: { dataGroup: 'projectcalico.org' } },
  ],
  'rollback-caveat': [
    { from: 'v3.32.1', to: 'v3.31.7', calico: { data: { defaultPrefix: { withPrefix: 0, without: 3 } } } },
    'skippable',
    /have been renamed/,
    { from: 'v3.30.7', to: 'v3.30.7' },
  ],
  'rollback-conflict': [
    { restoration: { items: [buildItem({ action: 'conflict' })] } },
    'mandatory',
    /^1 object of yours was changed or deleted since the backup: DaemonSet kube-system\/calico-node\.$/,
    { restoration: { items: [buildItem({ action: 'replace' })] } },
  ],
  'rollback-refused': [
    { restoration: { refused: [{ item: buildItem(), message: 'spec.x: Unsupported value' }] } },
    'mandatory',
    /^DaemonSet kube-system\/calico-node cannot be written: spec\.x: Unsupported value$/,
    { restoration: { items: [buildItem()] } },
  ],
  'rollback-not-served': [
    { restoration: { notServed: ['Tier of crd.projectcalico.org/v1', 'GatewayAPI of x/v1'] } },
    'skippable',
    /does not serve Tier of crd\.projectcalico\.org\/v1, GatewayAPI of x\/v1/,
    { restoration: { notServed: [] } },
  ],
  'rollback-permission': [
    { circumstances: { missingAccess: [{ access: ACCESS, reason: '' }] } },
    'mandatory',
    /^The account may not update daemonsets\.apps\.$/,
    { circumstances: { missingAccess: [] } },
  ],
  'rollback-nodes-left-out': [
    {
      circumstances: {
        waves: {
          waves: [],
          leftOut: [{ node: 'worker-9', reason: 'not Ready' }],
          unready: ['worker-9'],
          classes: [],
        },
      },
    },
    'warning',
    /^Node worker-9 takes no part: not Ready\.$/,
    { circumstances: { waves: { waves: [], leftOut: [], unready: [], classes: [] } } },
  ],
  'rollback-kept': [
    { restoration: { items: [buildItem({ action: 'keep' }), buildItem({ action: 'keep' })] } },
    'notice',
    /^2 objects stay as they are: /,
    { restoration: { items: [buildItem({ action: 'delete' }), buildItem({ action: 'create' })] } },
  ],
  'rollback-secrets': [
    { restoration: { secrets: 'left-out' } },
    'notice',
    /Secrets/,
    { restoration: { secrets: 'compared' } },
  ],
  'rollback-edited': [
    { circumstances: { edited: ['objects/a.json', 'objects/b.json'] } },
    'warning',
    /^2 files of the bundle were changed after it was made: objects\/a\.json, objects\/b\.json\.$/,
    { circumstances: { edited: [] } },
  ],
  'rollback-helm': [
    { circumstances: { release: MOVE } },
    'warning',
    /tigera-operator\/calico is at revision 2/,
    { circumstances: { release: null, hasHelm: true } },
  ],
};

describe('what is to be said before a rollback', () => {
  it.each(Object.keys(ROLLBACK_KINDS) as RollbackCode[])('%s', (code) => {
    const [firing, weight, message, silent] = CASES[code];
    const said = findingsOf(firing).filter((one) => one.code === code && one.weight === weight);
    expect(said.map((one) => one.message).join('\n')).toMatch(new RegExp(message.source, 'm'));
    for (const { remedy } of said) expect(remedy).toMatch(/[.:]/);
    expect(findingsOf(silent).map((one) => one.code)).not.toContain(code);
  });

  it('is nothing that stops it between two patches of a minor', () => {
    expect(codesOf(QUIET)).toEqual(['notice rollback-caveat']);
  });

  it('is, first of all, what stops it', () => {
    const weights = findingsOf({
      index: { variant: 'calico-bpf' },
      restoration: {
        items: [buildItem({ action: 'keep' }), buildItem({ action: 'conflict' })],
        notServed: ['Tier of x'],
      },
      circumstances: { edited: ['a'] },
    }).map(({ weight }) => weight);
    const order = ['mandatory', 'skippable', 'warning', 'notice'];
    expect(weights).toEqual([...weights].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(new Set(weights)).toEqual(new Set(order));
  });

  it('is no weighing of installs where the release is not known', () => {
    expect(codesOf({ index: { calico: '', variant: 'other', method: 'helm' } })).toEqual([
      'skippable rollback-unknown-release',
    ]);
  });

  it('is a pair that cannot run, force or not', () => {
    expect(codesOf({ to: 'v3.22.5', from: 'v3.30.7', kubernetes: 'v1.31.4' })).toContain(
      'mandatory rollback-pair',
    );
  });

  it.each(['no-key', 'key-only-encrypts', 'forbidden', 'left-out'] as const)(
    'is that Secrets were not looked at: %s',
    (secrets) => {
      expect(codesOf({ restoration: { secrets } })).toContain('notice rollback-secrets');
    },
  );

  it('is no warning where Helm is told at the end', () => {
    expect(codesOf({ circumstances: { release: MOVE, hasHelm: true } })).toContain('notice rollback-helm');
  });
});

describe('what does not survive the way back', () => {
  /** Weights of what is said of that on the way. */
  function caveat(scene: Scene, message: RegExp): readonly string[] {
    return findingsOf(scene)
      .filter((one) => one.code === 'rollback-caveat' && message.test(one.message))
      .map(({ weight }) => weight);
  }

  const object = { apiVersion: 'v1', kind: 'Secret', namespace: 'a', name: 'b' };
  const dependents = [{ object, owner: { ...object, kind: 'NetworkPolicy' } }];
  const UIDS = /UIDs of projectcalico\.org\/v3 objects change again/;

  it.each([
    ['v3.28.2', 'v3.27.4'],
    ['v3.26.4', 'v3.25.2'],
  ])('dependents of objects whose UIDs change, from %s to %s', (from, to) => {
    expect(caveat({ from, to, state: { dependents } }, UIDS)).toEqual(['skippable']);
    expect(caveat({ from, to }, UIDS)).toEqual(['notice']);
    expect(caveat({ from: 'v3.30.7', to: 'v3.29.4', state: { dependents } }, UIDS)).toEqual([]);
  });

  const IMAGE_SET = /An ImageSet named after the older release must exist/;
  const withSets = (names: readonly string[]): CalicoChanges => ({
    method: 'operator',
    operator: {
      deployment: null,
      version: null,
      installs: null,
      replicas: 1,
      installation: null,
      imageSets: names.map((name) => ({ name, digests: {} })),
      tigeraStatuses: [],
      resources: [],
      migration: null,
    },
  });
  const operator = { index: { method: 'operator' } } as const;

  it('images of one’s own, without an ImageSet of the older release', () => {
    expect(caveat({ ...operator, calico: withSets(['calico-v3.30.7']) }, IMAGE_SET)).toEqual(['skippable']);
    const both = withSets(['calico-v3.30.7', 'calico-v3.30.1']);
    expect(caveat({ ...operator, calico: both }, IMAGE_SET)).toEqual([]);
    expect(caveat({ ...operator, calico: withSets([]) }, IMAGE_SET)).toEqual([]);
  });

  const CLUSTER_POLICY = /do not enforce ClusterNetworkPolicy/;

  it('ClusterNetworkPolicies, which older releases do not enforce', () => {
    const counts = { 'clusternetworkpolicies.policy.networking.k8s.io': 2 };
    const way = { from: 'v3.32.1', to: 'v3.31.7' } as const;
    expect(caveat({ ...way, calico: { data: { counts } } }, CLUSTER_POLICY)).toEqual(['skippable']);
    expect(caveat(way, CLUSTER_POLICY)).toEqual([]);
    expect(caveat({ from: 'v3.31.7', to: 'v3.30.7', calico: { data: { counts } } }, CLUSTER_POLICY)).toEqual(
      [],
    );
  });

  it.each<[string, Readonly<Record<string, number>>, string]>([
    ['of one’s own', { 'security/prod': 2 }, 'skippable'],
    ['of one’s own, without policies', { 'security/prod': 0 }, 'notice'],
    ['of Calico itself', { 'default/': 3, 'allow-tigera/calico-system': 4 }, 'notice'],
  ])('policies in tiers %s', (_, policiesByTier, weight) => {
    const way = { from: 'v3.29.4', to: 'v3.28.5', calico: { data: { policiesByTier } } } as const;
    expect(caveat(way, /knows neither tiers/)).toEqual([weight]);
  });

  it('is weighed by what is installed: what concerns operators is not said of manifests', () => {
    const way = { from: 'v3.31.7', to: 'v3.30.7' } as const;
    expect(caveat(way, /operator puts its own CRDs back/)).toEqual([]);
    expect(caveat({ ...way, ...operator, calico: withSets([]) }, /operator puts its own CRDs back/)).toEqual([
      'warning',
    ]);
  });

  it('stops unless forced where nobody has weighed it', () => {
    const way = { from: 'v3.31.7', to: 'v3.30.7', calico: { dataplane: 'bpf' } } as const;
    expect(caveat(way, /conntrack map changes its type/)).toEqual(['skippable']);
  });
});
