import { describe, expect, it } from '@jest/globals';
import { valueAt } from '../../../src/cluster/fields.js';
import type { ImageSetState } from '../../../src/cluster/calico-state.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { StagedChange } from '../../../src/upgrade/engine/staged-steps.js';
import type { Step, Write } from '../../../src/upgrade/engine/step.js';
import { writeObject } from '../../../src/upgrade/engine/write-object.js';
import { operatorHopSteps } from '../../../src/upgrade/hop/operator-move.js';
import { MIN_READY, WIDTH } from '../../../src/upgrade/restore/operator-knobs.js';
import { objectAsLeft } from '../../../src/upgrade/resume/as-user-left-it.js';
import { buildCalico, buildNode, buildState } from '../../cluster/build-state.js';
import { createFakeClusterClient, type FakeClusterClient, served } from '../../ports/fake-cluster-client.js';

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
  options: Partial<Parameters<typeof operatorHopSteps>[3]> = {},
  imageSets: readonly ImageSetState[] = [],
): readonly Step[] {
  const calico = buildCalico({ method: 'helm' });
  const operator = { installation: live, deployment: null, resources: [], imageSets, tigeraStatuses: [] };
  const state = buildState({ ...more, calico: { ...calico, operator } as unknown as typeof calico });
  return operatorHopSteps(state, changes, 'v3.31.7', {
    canaryNodes: 1,
    maxUnavailable: { nodes: 3 },
    soakMs: 0,
    ...options,
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
      stepsOf(live, [moved], {}, {}, imageSets)
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

describe('an operator that takes over where an earlier run died in the middle', () => {
  /** Three at a time, each for 110 s. */
  const DEAD = { ...widthOf(3), calicoNodeDaemonSet: { spec: { minReadySeconds: 110 } } };
  const moved = change(deployment('old'), deployment('new'));

  /** What an earlier run, whose user had that width, wrote until it died. */
  function deadWrites(own: unknown): readonly Write[] {
    const object = referenceOf(installation({}));
    return [
      { kind: 'field', object, field: WIDTH, before: own, after: 1 },
      { kind: 'field', object, field: MIN_READY, before: undefined, after: 110 },
      { kind: 'field', object, field: WIDTH, before: 1, after: 3 },
    ];
  }

  function clusterWith(live: KubernetesObject): FakeClusterClient {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tigera-operator' } };
    return createFakeClusterClient({
      objects: [namespace, live, deployment('old')],
      kinds: [served('operator.tigera.io/v1', 'Installation', 'installations', false)],
    });
  }

  /** `1, 110` for the width and how long a node is held once each step is written; a write that is refused throws. */
  async function turns(steps: readonly Step[], live: KubernetesObject): Promise<readonly string[]> {
    const client = clusterWith(live);
    const seen: string[] = [];
    for (const { writes } of steps) {
      for (const write of writes) await writeObject(client, write);
      const now = await client.get(referenceOf(live));
      seen.push([WIDTH, MIN_READY].map((field) => JSON.stringify(valueAt(now, ...field))).join(', '));
    }
    return seen;
  }

  const goOn = (
    own: unknown,
    options: Partial<Parameters<typeof operatorHopSteps>[3]> = {},
  ): readonly Step[] =>
    stepsOf(
      objectAsLeft(installation(DEAD), deadWrites(own)),
      [moved],
      {},
      {
        isResumed: true,
        hasMinReady: true,
        ...options,
      },
    );

  it('is held at one node first, and as wide as this run is asked, where the user’s own width is that', async () => {
    const narrow = { maxUnavailable: { nodes: 1 }, soakMs: 30_000 };
    expect(await turns(goOn(1, narrow), installation(DEAD))).toEqual(['1, 50', '1, 50', '1, 50', '1, ']);
    const wide = { soakMs: 30_000, maxUnavailable: { nodes: 2 } };
    expect(await turns(goOn(2, wide), installation(DEAD))).toEqual(['1, 50', '1, 50', '2, 50', '2, ']);
  });

  it('is not held for longer than the user wants where this run has neither soak nor checks', async () => {
    expect(await turns(goOn(1), installation(DEAD))).toEqual(['1, ', '1, ', '3, ', '1, ']);
  });

  it('has no width of its own at the end where the user said none', async () => {
    expect(await turns(goOn(undefined), installation(DEAD))).toEqual(['1, ', '1, ', '3, ', ', ']);
    expect(await turns(goOn(undefined), installation({}))).toEqual(['1, ', '1, ', '3, ', ', ']);
  });

  it('says nothing of how long a node is held where the definition does not know it', () => {
    const fields = goOn(1, { hasMinReady: false }).flatMap(({ writes }) =>
      writes.flatMap((write) => (write.kind === 'field' ? [write.field] : [])),
    );
    expect(new Set(fields)).toEqual(new Set([WIDTH]));
  });

  it('brings what its resources say, from the knobs that the earlier run left', async () => {
    const live = installation({ kubeletVolumePluginPath: '/var/lib/kubelet', ...DEAD });
    const wanted = installation({ kubeletVolumePluginPath: 'None', ...widthOf(1) });
    const steps = stepsOf(
      objectAsLeft(live, deadWrites(1)),
      [moved, change(live, wanted)],
      {},
      {
        isResumed: true,
        hasMinReady: true,
      },
    );
    expect(await turns(steps, live)).toEqual(['1, ', '1, ', '3, ', '1, ']);
  });

  it.each([0, 1, 2, 3])('knows the user’s own where this run dies too, after its step %i', async (last) => {
    const steps = goOn(2, { maxUnavailable: { nodes: 5 }, soakMs: 30_000 });
    const written = steps.slice(0, last + 1).flatMap(({ writes }) => writes);
    const client = clusterWith(installation(DEAD));
    for (const write of written) await writeObject(client, write);
    const left = await client.get(referenceOf(installation({})));
    // As the journal gives it back
    const writes = JSON.parse(JSON.stringify([...deadWrites(2), ...written])) as readonly Write[];
    expect(left && objectAsLeft(left, writes)['spec']).toEqual(widthOf(2));
  });
});
