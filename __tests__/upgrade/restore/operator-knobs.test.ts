import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { brakeSteps } from '../../../src/upgrade/restore/brake.js';
import type { CalicoState } from '../../../src/cluster/calico-state.js';
import {
  knobsOf,
  type KnobOptions,
  knobWrites,
  knowsMinReady,
  MIN_READY,
  ownValue,
  WIDTH,
  withCanaryKnobs,
} from '../../../src/upgrade/restore/operator-knobs.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';

const OPTIONS: KnobOptions = {
  canaryNodes: 1,
  maxUnavailable: { nodes: 5 },
  soakMs: 30_000,
  hasMinReady: true,
};

function installation(spec: object = {}, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: { name: 'default', ...metadata },
    spec,
  };
}

/** What the user has set minReadySeconds to. */
function knobs(own: unknown, options: Partial<KnobOptions> = {}) {
  return knobsOf((field) => (field === MIN_READY ? own : undefined), 20, { ...OPTIONS, ...options });
}

describe('the knobs of an Installation', () => {
  test('hold the operator at one node, and each node for longer than the soak', () => {
    expect(knobs(undefined)).toEqual([
      { field: WIDTH, canary: 1, rest: 5, own: undefined },
      { field: MIN_READY, canary: 50, rest: 50, own: undefined },
    ]);
  });

  test.each<[string, unknown, Partial<KnobOptions>, unknown]>([
    ['the user’s own, where that is longer', 300, {}, 300],
    ['longer than the user’s own, where that is too short', 5, {}, 50],
    ['and for what is looked at afterwards', undefined, { checksMs: 60_000 }, 110],
    ['not at all without a soak: there is nothing to stop for', undefined, { soakMs: 0 }, undefined],
    ['as long as the user wants without a soak', 5, { soakMs: 0 }, 5],
    ['not at all where the operator does not know it', undefined, { hasMinReady: false }, undefined],
  ])('keep a node for: %s', (_, own, options, seconds) => {
    expect(knobs(own, options).find(({ field }) => field === MIN_READY)?.canary).toBe(seconds);
  });

  test('keep the canary alone for what is looked at afterwards', () => {
    expect(knobs(undefined, { checksMs: 60_000 })[1]).toMatchObject({ canary: 110, rest: 50 });
    expect(knobs(undefined, { checksMs: 60_000, soakMs: 0 })[1]).toMatchObject({
      canary: 80,
      rest: undefined,
    });
  });

  test('are as much wider as nodes are away, which count as unavailable all the time', () => {
    expect(knobs(undefined, { away: 2 })[0]).toEqual({ field: WIDTH, canary: 3, rest: 7, own: undefined });
  });

  test('are all given back, and what did not stand there goes', () => {
    const all = knobs(undefined);
    const live = installation({ variant: 'Calico' });
    const fields = knobWrites(live, all, 'rest', 'own');
    expect(fields).toMatchObject([
      { kind: 'field', field: WIDTH, before: 5, after: undefined },
      { kind: 'field', field: MIN_READY, before: 50, after: undefined },
    ]);
    const held = withCanaryKnobs(live, all);
    expect(held['spec']).toEqual({
      variant: 'Calico',
      nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
      calicoNodeDaemonSet: { spec: { minReadySeconds: 50 } },
    });
    expect(knobWrites(live, all, 'canary', 'rest')).toMatchObject([
      { field: WIDTH, before: 1, after: 5 },
      { field: MIN_READY, before: 50, after: 50 },
    ]);
  });

  test('that a run left behind are not the user’s own, where the backup says what was', () => {
    const field = { 'f:spec': { 'f:calicoNodeDaemonSet': { 'f:spec': { 'f:minReadySeconds': {} } } } };
    const left = installation(
      { calicoNodeDaemonSet: { spec: { minReadySeconds: 50 } } },
      { managedFields: [{ manager: 'calico-upgrade-action', fieldsV1: field }] },
    );
    expect(ownValue(left, installation(), MIN_READY)).toBeUndefined();
    expect(ownValue(left, null, MIN_READY)).toBe(50);
    expect(ownValue({ ...left, metadata: { name: 'default' } }, installation(), MIN_READY)).toBe(50);
  });

  test.each([
    [true, { type: 'integer', format: 'int32' }],
    [false, undefined],
  ])('are known (%s) by the definition that is there', async (isKnown, schema) => {
    const properties = (name: string, inner: object): object => ({ properties: { [name]: inner } });
    const path = MIN_READY.reduceRight<object>((inner, name) => properties(name, inner), schema ?? {});
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'installations.operator.tigera.io' },
      spec: {
        group: 'operator.tigera.io',
        scope: 'Cluster',
        names: { plural: 'installations', kind: 'Installation' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: path } }],
      },
    };
    expect(await knowsMinReady(createFakeClusterClient({ objects: [definition] }))).toBe(isKnown);
    expect(await knowsMinReady(createFakeClusterClient())).toBe(false);
  });
});

describe('the brake', () => {
  const workload = (kind: string, name: string, spec: object): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: name },
    spec,
  });
  const operator = workload('Deployment', 'tigera-operator', { replicas: 1 });
  const node = workload('DaemonSet', 'calico-node', { updateStrategy: { type: 'RollingUpdate' } });
  const reference = ({ apiVersion, kind, metadata: { name } }: KubernetesObject) => ({
    reference: { apiVersion, kind, namespace: name, name },
  });
  const state = {
    operator: { deployment: reference(operator) },
    components: { node: reference(node) },
  } as unknown as CalicoState;

  test('holds the operator and calico-node at once, and calico-node again when the operator has ended', async () => {
    const steps = await brakeSteps(createFakeClusterClient({ objects: [operator, node] }), state);
    const waits = {
      field: ['spec', 'updateStrategy'],
      before: { type: 'RollingUpdate' },
      after: { type: 'OnDelete' },
    };
    expect(steps).toMatchObject([
      {
        stage: 'operator',
        writes: [{ field: ['spec', 'replicas'], before: 1, after: 0 }, waits],
        gates: [{ kind: 'stopped' }],
      },
      { stage: 'operator', writes: [waits], gates: [] },
    ]);
  });

  test('is nothing where no operator is', async () => {
    expect(await brakeSteps(createFakeClusterClient({ objects: [node] }), state)).toEqual([]);
    const steps = await brakeSteps(createFakeClusterClient({ objects: [operator] }), state);
    expect(steps.map(({ writes }) => writes.length)).toEqual([1]);
  });
});
