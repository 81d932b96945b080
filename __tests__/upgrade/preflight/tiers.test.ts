import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { Comparison, PreflightFinding } from '../../../src/upgrade/preflight/preflight.js';
import { tiers } from '../../../src/upgrade/preflight/checks/tiers.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { buildInput, type Case, object, withApiServer } from './build-input.js';
import { codesOf, objectsOf, planOf, type Scene } from './clusters/scene.js';
import { apiServer } from './clusters/scenes-run-time.js';

const RBAC = 'rbac.authorization.k8s.io/v1';
const TIER_GETTER = ['ClusterRole', 'ClusterRoleBinding'].map((kind) =>
  object(RBAC, kind, 'calico-tier-getter'),
);
const DENIED = withApiServer({ mayReadTiers: false });
const INTO_V3_29 = { from: 'v3.28.2', kubernetes: 'v1.30.2' } as const;
const byOperator = { method: 'operator', variant: 'operator' } as const;

/** A hop after which these objects are there. */
const leadingTo = (objects: readonly KubernetesObject[]): Case => {
  const comparison: Comparison = {
    kind: 'compared',
    newerDefinitions: [],
    from: versionOf('v3.29.4'),
    to: versionOf('v3.29.7'),
    result: { customisations: [], objects, obsolete: [], upstreamChanges: 0 },
  };
  return { input: { comparisons: [comparison] } };
};
const find = (one: Case): readonly PreflightFinding[] => tiers(buildInput(one));

describe('kube-controller-manager may not read tiers', () => {
  test.each<[string, Case, string, RegExp]>([
    [
      'today, and the files of the target do not change that',
      { calico: DENIED, ...leadingTo([]) },
      'skippable',
      /^system:kube-controller-manager may not .* do not get deleted now.* does not bring/,
    ],
    [
      'today, until the upgrade brings the role',
      { calico: DENIED, ...leadingTo(TIER_GETTER) },
      'warning',
      /do not get deleted now.* brings the ClusterRole calico-tier-getter/,
    ],
    ['today, and upstream’s files cannot be had', { calico: DENIED }, 'skippable', /is not known\.$/],
    [
      'today, though the operator renders the role',
      { calico: { ...DENIED, ...byOperator } },
      'skippable',
      /do not get deleted now/,
    ],
    [
      'once the upgrade is through',
      { ...INTO_V3_29, calico: DENIED, ...leadingTo([]) },
      'skippable',
      /With v3\.29\.7 namespaces will not get deleted/,
    ],
    [
      'today, where the API server is ahead of Calico',
      {
        ...INTO_V3_29,
        calico: {
          ...DENIED,
          versions: {
            running: versionOf('v3.28.2'),
            readings: [
              {
                source: 'apiserver',
                version: versionOf('v3.29.1'),
                text: 'v3.29.1',
                count: 1,
                at: {
                  object: { apiVersion: 'v1', kind: 'Pod', namespace: 'n', name: 'p' },
                  field: '',
                  value: '',
                },
              },
            ],
          },
        },
        ...leadingTo(TIER_GETTER),
      },
      'warning',
      /do not get deleted now/,
    ],
  ])('%s', (_, one, weight, message) => {
    const [found] = find(one);
    expect(found).toMatchObject({ code: 'tiers-not-readable', weight });
    expect(found?.message).toMatch(message);
    expect(found?.remedy).toContain('kubectl create clusterrolebinding calico-tier-getter');
    expect(found?.evidence[0]).toMatchObject({
      object: { kind: 'SubjectAccessReview', name: 'system:kube-controller-manager' },
      field: 'status.allowed',
      value: 'false',
    });
  });
});

test.each<[string, Case]>([
  ['a right that is there', { calico: withApiServer() }],
  [
    'a right that nobody could ask for, which the plan tells as unreadable',
    { calico: withApiServer({ mayReadTiers: null }) },
  ],
  ['no API server of Calico', {}],
  ['a role that the upgrade brings in time', { ...INTO_V3_29, calico: DENIED, ...leadingTo(TIER_GETTER) }],
  ['an operator that brings it', { ...INTO_V3_29, calico: { ...DENIED, ...byOperator } }],
  [
    'a target before v3.29, which does not ask',
    { from: 'v3.28.2', to: 'v3.28.5', kubernetes: 'v1.30.2', calico: DENIED },
  ],
])('%s is no finding', (_, one) => {
  expect(find(one)).toEqual([]);
});

test('nor is a cluster whose API server upstream’s calico.yaml gave the role to', async () => {
  const scene: Scene = { add: apiServer('True') };
  const client = createFakeClusterClient({ objects: objectsOf(scene) });
  expect(codesOf(await planOf(client, scene))).not.toContain('tiers-not-readable');
  expect(client.calls).toContainEqual(
    expect.objectContaining({ verb: 'review', kind: 'SubjectAccessReview' }),
  );
});
