import { describe, expect, test } from '@jest/globals';
import type { NodeState } from '../../../src/cluster/node-state.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { type StagedChange, stagedSteps } from '../../../src/upgrade/engine/staged-steps.js';
import type { Step } from '../../../src/upgrade/engine/step.js';
import { planWaves } from '../../../src/upgrade/waves/plan-waves.js';
import { buildNode } from '../../cluster/build-state.js';

const ROLE = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  namespace: null,
  name: 'calico-node',
} as const;
const TYPHA = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'kube-system',
  name: 'calico-typha',
} as const;

function role(resource: string): KubernetesObject {
  const { apiVersion, kind, name } = ROLE;
  return {
    apiVersion,
    kind,
    metadata: { name },
    rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }],
  };
}

function removal(kind: string, name: string, apiVersion: string, stage: StagedChange['stage']): StagedChange {
  const object = { apiVersion, kind, namespace: null, name };
  return { stage, object, before: { apiVersion, kind, metadata: { name } }, after: null };
}

function stepsOf(...nodes: readonly NodeState[]): readonly Step[] {
  return stagedSteps({
    changes: [{ stage: 'rbac', object: ROLE, before: role('pods'), after: role('nodes') }],
    node: null,
    waves: planWaves(nodes, { canaryNodes: 1, maxUnavailable: { nodes: 1 } }),
    soakMs: 0,
    typha: TYPHA,
    kubeControllers: null,
    apiService: null,
    operatorSteps: [],
  });
}

describe('nodes that take no part', () => {
  const [well, lost] = [buildNode('a'), buildNode('b', { isReady: false })];
  const virtual = buildNode('v', { isVirtual: true });
  const isTrimmed = (...nodes: readonly NodeState[]): boolean =>
    stepsOf(...nodes).some(({ stage }) => stage === 'rbac-trim');

  test('keep the rules of both releases, where they may come back with either', () => {
    expect(isTrimmed(well)).toBe(true);
    expect(isTrimmed(well, lost)).toBe(false);
    expect(isTrimmed(well, virtual)).toBe(true);
  });

  test('may keep pods of a Deployment, where nobody hears of them', () => {
    const gates = stepsOf(well, lost, virtual).flatMap((one) => one.gates);
    expect(gates).toContainEqual({ kind: 'rollout', workload: TYPHA, steadyMs: 0, without: ['b'] });
  });
});

test('resources of the operator go before the workloads that it rendered for them', () => {
  const steps = stagedSteps({
    changes: [
      removal('Deployment', 'goldmane', 'apps/v1', 'config'),
      removal('ConfigMap', 'goldmane', 'v1', 'config'),
      removal('Goldmane', 'default', 'operator.tigera.io/v1', 'operator'),
    ],
    node: null,
    waves: planWaves([], { canaryNodes: 1, maxUnavailable: { nodes: 1 } }),
    soakMs: 0,
    typha: null,
    kubeControllers: null,
    apiService: null,
    operatorSteps: [],
  });
  expect(steps.map(({ writes }) => writes.map(({ object }) => object.kind))).toEqual([
    ['Goldmane'],
    ['Deployment'],
    ['ConfigMap'],
  ]);
});
