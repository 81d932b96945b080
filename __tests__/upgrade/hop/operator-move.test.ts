import { describe, expect, it } from '@jest/globals';
import { valueAt } from '../../../src/cluster/fields.js';
import type { ImageSetState } from '../../../src/cluster/cluster-state.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { StagedChange } from '../../../src/upgrade/engine/staged-steps.js';
import type { Step } from '../../../src/upgrade/engine/step.js';
import { operatorHopSteps } from '../../../src/upgrade/hop/operator-move.js';
import { buildCalico, buildNode, buildState } from '../../cluster/build-state.js';

const WIDTH = ['spec', 'nodeUpdateStrategy', 'rollingUpdate', 'maxUnavailable'] as const;

function installation(spec: object): KubernetesObject {
  return { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', metadata: { name: 'default' }, spec };
}

function deployment(image: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'tigera-operator', namespace: 'tigera-operator' },
    spec: { image },
  };
}

const widthOf = (maxUnavailable: number): object => ({
  nodeUpdateStrategy: { rollingUpdate: { maxUnavailable } },
});
const change = (before: KubernetesObject, after: KubernetesObject): StagedChange => ({
  stage: 'operator',
  object: referenceOf(after),
  before,
  after,
});

/** `Installation → 3`, `Deployment` for each write of each step. */
function told(steps: readonly Step[]): readonly (readonly string[])[] {
  return steps.map(({ writes }) =>
    writes.map((write) => {
      const width = write.kind === 'field' ? write.after : valueAt(write.after, ...WIDTH);
      return `${write.object.kind} ${write.kind}${width === undefined ? '' : ` → ${JSON.stringify(width)}`}`;
    }),
  );
}

function stepsOf(
  live: KubernetesObject,
  changes: readonly StagedChange[],
  more: Parameters<typeof buildState>[0] = {},
  imageSets: readonly ImageSetState[] = [],
): readonly Step[] {
  const calico = buildCalico({ method: 'helm' });
  const operator = { installation: live, deployment: null, resources: [], imageSets, tigeraStatuses: [] };
  const state = buildState({ ...more, calico: { ...calico, operator } as unknown as typeof calico });
  return operatorHopSteps(state, changes, 'v3.31.7', {
    canaryNodes: 1,
    maxUnavailable: { nodes: 3 },
    soakMs: 0,
  });
}

describe('an operator that takes over with changes in its resources', () => {
  const live = installation({ kubeletVolumePluginPath: '/var/lib/kubelet', ...widthOf(2) });
  const wanted = installation({ kubeletVolumePluginPath: 'None', ...widthOf(2) });
  const moved = change(deployment('old'), deployment('new'));

  it('gets them together with its own change, held narrow; the present one only gets the knob', () => {
    const steps = stepsOf(live, [moved, change(live, wanted)]);
    expect(told(steps)).toEqual([
      ['Installation field → 1'],
      ['Deployment object', 'Installation object → 1'],
      ['Installation field → 3'],
      ['Installation field → 2'],
    ]);
    // What the step before left is what is expected there
    const [, held] = steps[1]?.writes ?? [];
    expect(held?.kind === 'object' && valueAt(held.before, ...WIDTH)).toBe(1);
    expect(held?.kind === 'object' && valueAt(held.after, 'spec', 'kubeletVolumePluginPath')).toBe('None');
  });

  it('has the width at the end that its resources come to', () => {
    const wider = installation({ kubeletVolumePluginPath: 'None', ...widthOf(4) });
    expect(told(stepsOf(live, [moved, change(live, wider)])).at(-1)).toEqual(['Installation field → 4']);
  });

  it('is narrow too where only the Installation changes', () => {
    expect(told(stepsOf(live, [change(live, wanted)]))).toEqual([
      ['Installation field → 1'],
      ['Installation object → 1'],
      ['Installation field → 3'],
      ['Installation field → 2'],
    ]);
  });

  it('is as much wider as nodes are not Ready, which take no part', () => {
    const nodes = [
      buildNode('a'),
      buildNode('b', { isReady: false }),
      buildNode('v', { isVirtual: true, isReady: false }),
    ];
    const steps = stepsOf(live, [moved, change(live, wanted)], { nodes });
    expect(told(steps).slice(0, 3)).toEqual([
      // Their rollout is as wide already
      [],
      ['Deployment object', 'Installation object → 2'],
      ['Installation field → 4'],
    ]);
    const gates = steps
      .flatMap((one) => one.gates)
      .filter(({ kind }) => kind === 'canary' || kind === 'operator');
    expect(gates.map((gate) => 'without' in gate && gate.without)).toEqual(gates.map(() => ['b']));
    expect(gates.map(({ kind }) => kind)).toEqual(['canary', 'operator', 'operator']);
  });

  it('is told by the digests of its release’s ImageSet where there are any', () => {
    const marksOf = (imageSets: readonly ImageSetState[]): readonly unknown[] =>
      stepsOf(live, [moved], {}, imageSets)
        .flatMap(({ gates }) => gates)
        .flatMap((gate) => (gate.kind === 'canary' ? [gate.workload.marks] : []));
    const set = (name: string, digest: string): ImageSetState => ({
      name,
      digests: { 'calico/node': digest },
    });
    expect(marksOf([])).toEqual([[':v3.31.7']]);
    expect(marksOf([set('calico-v3.30.7', 'sha256:1'), set('calico-v3.31.7', 'sha256:2')])).toEqual([
      ['@sha256:2'],
    ]);
  });

  it('moves as before where no resource changes', () => {
    expect(told(stepsOf(live, [moved]))).toEqual([
      ['Installation field → 1'],
      ['Deployment object'],
      ['Installation field → 3'],
      ['Installation field → 2'],
    ]);
  });
});
