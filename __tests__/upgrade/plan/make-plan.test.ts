import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { findPath } from '../../../src/upgrade/path/find-path.js';
import { makePlan, planWithoutTarget, type PlanParts } from '../../../src/upgrade/plan/make-plan.js';
import { stageObjects } from '../../../src/upgrade/plan/stages.js';
import { buildCalico, buildState } from '../../cluster/build-state.js';
import { object } from '../preflight/build-input.js';
import { buildOptions } from './build-options.js';

const OBJECTS: readonly KubernetesObject[] = [
  object('v1', 'ConfigMap', 'calico-config'),
  object('apps/v1', 'Deployment', 'calico-kube-controllers'),
  object('apps/v1', 'DaemonSet', 'calico-node'),
  object('apps/v1', 'Deployment', 'calico-typha'),
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'calico-node'),
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'ippools.crd.projectcalico.org'),
];

function parts(
  from: string,
  to: string,
  kubernetes = 'v1.31.4',
  changes: Partial<PlanParts> = {},
): PlanParts {
  const calico = buildCalico({ versions: { running: versionOf(from) } });
  const pair = { kubernetes: versionOf(kubernetes), calico: versionOf(from) };
  const destination = { kubernetes: pair.kubernetes, calico: versionOf(to) };
  return {
    state: buildState(),
    calico,
    resume: null,
    from: versionOf(from),
    target: { kind: 'release', calico: versionOf(to), because: 'The input target names it.' },
    path: findPath(pair, destination, {}),
    uses: { install: 'manifest' },
    comparisons: [
      {
        kind: 'compared',
        newerDefinitions: [],
        from: versionOf(from),
        to: versionOf(to),
        result: { customisations: [], objects: OBJECTS, obsolete: [], upstreamChanges: 3 },
      },
    ],
    missingAccess: [],
    changes: null,
    storedProblems: [],
    ...changes,
  };
}

describe('makePlan', () => {
  test('a cluster that is well and has somewhere to go is ready', () => {
    const plan = makePlan(parts('v3.29.4', 'v3.29.7'), buildOptions());
    expect(plan.verdict).toBe('ready');
    expect(plan.summary).toBe('ready: Calico v3.29.4 to v3.29.7 in 1 hop');
    expect(plan.hops[0]?.waves.waves.map(({ kind }) => kind)).toEqual(['canary', 'workers', 'workers']);
  });

  test('at the target there is nothing to do, whatever else is wrong', () => {
    const plan = makePlan(parts('v3.29.7', 'v3.29.7', 'v1.34.1'), buildOptions());
    expect(plan).toMatchObject({ verdict: 'nothing-to-do', hops: [] });
    expect(plan.summary).toMatch(/^nothing to do: Calico is at v3\.29\.7\./);
  });

  test('only Kubernetes has to move: nothing to do for Calico, and it says where Kubernetes can go', () => {
    const pair = { kubernetes: versionOf('v1.31'), calico: versionOf('v3.29.7') };
    const kubernetes = versionOf('v1.32');
    const path = findPath(pair, { ...pair, kubernetes }, {});
    const plan = makePlan(parts('v3.29.7', 'v3.29.7', 'v1.31.4', { path }), buildOptions({ kubernetes }));
    expect(plan.verdict).toBe('nothing-to-do');
    expect(plan.summary).toContain('Kubernetes can go to v1.32 with it.');
  });

  test('a skippable blocker stops until it is forced, and the count says how many', () => {
    const untested = parts('v3.29.4', 'v3.29.7', 'v1.34.1');
    expect(makePlan(untested, buildOptions())).toMatchObject({
      verdict: 'blocked',
      summary: 'blocked: Calico v3.29.4 to v3.29.7 in 1 hop, stopped by 1 finding',
    });
    expect(makePlan(untested, buildOptions({ force: true })).verdict).toBe('ready');
  });

  test('another install method than the input names is never converted', () => {
    const plan = makePlan(parts('v3.29.4', 'v3.29.7'), buildOptions({ installMethod: 'helm', force: true }));
    expect(plan.verdict).toBe('blocked');
    expect(plan.findings[0]).toMatchObject({ code: 'install-method-differs', weight: 'mandatory' });
  });

  test('what cannot be undone is said for each hop', () => {
    const { hops } = makePlan(parts('v3.28.2', 'v3.29.7'), buildOptions());
    expect(hops[0]?.irreversible.map(({ text }) => text)).toContainEqual(expect.stringContaining('tiers'));
  });

  test('the rules that are missing stand together by resource', () => {
    const access = (verb: string) => ({
      access: { verb, group: 'apps', resource: 'daemonsets' },
      reason: '',
    });
    const plan = makePlan(
      parts('v3.29.4', 'v3.29.7', 'v1.31.4', { missingAccess: [access('patch'), access('create')] }),
      buildOptions(),
    );
    expect(plan.missingRules).toEqual([
      { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['create', 'patch'] },
    ]);
  });
});

describe('planWithoutTarget', () => {
  test('no Calico', () => {
    expect(planWithoutTarget(buildState({ calico: null }), null).findings).toMatchObject([
      { code: 'calico-missing', weight: 'mandatory' },
    ]);
  });

  test('a version that cannot be told', () => {
    expect(planWithoutTarget(buildState(), null).findings).toMatchObject([{ code: 'version-conflict' }]);
  });

  test('a target that cannot be used', () => {
    const target = { kind: 'none', reason: 'It is a trap.', remedy: 'Take another.' } as const;
    expect(planWithoutTarget(buildState(), target)).toMatchObject({
      verdict: 'blocked',
      summary: 'blocked: It is a trap.',
      findings: [{ code: 'target-unusable', remedy: 'Take another.' }],
    });
  });
});

test('objects are written stage by stage: kinds, rules, settings, Typha, nodes, controllers', () => {
  expect(
    stageObjects(OBJECTS).map(({ stage, objects }) => [stage, objects.map(({ metadata }) => metadata.name)]),
  ).toEqual([
    ['crds', ['ippools.crd.projectcalico.org']],
    ['rbac', ['calico-node']],
    ['config', ['calico-config']],
    ['typha', ['calico-typha']],
    ['node', ['calico-node']],
    ['kube-controllers', ['calico-kube-controllers']],
  ]);
});
