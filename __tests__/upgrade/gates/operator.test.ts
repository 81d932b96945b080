import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { canarySight, operatorSight } from '../../../src/upgrade/gates/operator.js';
import { fresh, old } from './build-waiting.js';
import { bearsMarks, releaseMarks } from '../../../src/upgrade/gates/release-marks.js';

const OLD = 'docker.io/calico/node:v3.30.7';
const NEW = 'quay.io/calico/node:v3.31.7';
const NODE = {
  object: { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' },
  marks: [':v3.30.7'],
};
const BROUGHT = { calico: 'v3.30.7', workloads: [NODE], stale: [] };

function installation(calicoVersion: string, generation = 4): KubernetesObject {
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: { name: 'default', generation },
    status: { calicoVersion },
  };
}

function status(name: string, [available, progressing, degraded]: string, generation = 4): KubernetesObject {
  const condition = (type: string, letter: string | undefined): object => ({
    type,
    status: letter === 'T' ? 'True' : 'False',
    observedGeneration: generation,
    message: type === 'Degraded' && letter === 'T' ? 'no pods' : '',
  });
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'TigeraStatus',
    metadata: { name },
    status: {
      conditions: [
        condition('Available', available),
        condition('Progressing', progressing),
        condition('Degraded', degraded),
      ],
    },
  };
}

function daemonSet(image: string, counts: Readonly<Record<string, number>> = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'calico-system', uid: 'd', generation: 2 },
    spec: { template: { spec: { containers: [{ name: 'calico-node', image }] } } },
    status: {
      observedGeneration: 2,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
      ...counts,
    },
  };
}

function revision(hash: string, number: number): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `calico-node-${hash}`,
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: 'd' }],
    },
    revision: number,
  };
}

/** @param name of a node, or what is like it */
function pod(name: string, hash: string, state: 'ready' | 'broken' | 'starting' | 'lost'): KubernetesObject {
  const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'unknown' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `calico-node-${name}`,
      namespace: 'calico-system',
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: 'd' }],
    },
    spec: { nodeName: name },
    status: {
      conditions: [{ type: 'Ready', status: state === 'ready' ? 'True' : 'False' }],
      // Of a node that nobody hears of, containers stay as they were
      containerStatuses: [
        {
          name: 'calico-node',
          ready: state === 'ready' || state === 'lost',
          state: state === 'broken' ? waiting : {},
        },
      ],
    },
  };
}

function node(name: string, ready: 'True' | 'False' | 'Unknown'): KubernetesObject {
  const message = 'Kubelet stopped posting node status.';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready, message }] },
  };
}

const WELL = [installation('v3.30.7'), status('calico', 'TFF'), daemonSet(OLD)];

describe('the operator has brought a release', () => {
  test('once all that speaks of it agrees', () => {
    expect(operatorSight(BROUGHT, [WELL], fresh)).toEqual({ kind: 'done' });
  });

  test.each<[string, readonly KubernetesObject[], string]>([
    [
      'the Installation says another',
      [installation('v3.31.7'), ...WELL.slice(1)],
      'the Installation says Calico v3.31.7',
    ],
    [
      'a status is Available and Degraded at once',
      [...WELL, status('apiserver', 'TFT')],
      'TigeraStatus apiserver is not well (no pods)',
    ],
    [
      'the status has not seen the Installation as it is',
      [installation('v3.30.7', 5), ...WELL.slice(1)],
      'TigeraStatus calico is not well',
    ],
    [
      'all is well by words of before, and the workload is not there yet',
      [...WELL.slice(0, 2), daemonSet(NEW)],
      'the operator has not moved DaemonSet calico-system/calico-node yet (its log says why)',
    ],
    [
      'nodes are old',
      [...WELL.slice(0, 2), daemonSet(OLD, { updatedNumberScheduled: 2 })],
      '2 of 3 pods are new',
    ],
  ])('not while %s', (_, seen, reason) => {
    const sight = operatorSight(BROUGHT, [seen], fresh);
    expect(sight).toMatchObject({ kind: 'waiting' });
    expect(JSON.stringify(sight)).toContain(reason);
  });

  test('whatever a status says that nobody writes any more', () => {
    const seen = [[...WELL, status('tiers', 'FFT')]];
    expect(operatorSight({ ...BROUGHT, stale: ['tiers'] }, seen, fresh)).toEqual({ kind: 'done' });
    expect(operatorSight(BROUGHT, seen, fresh)).toMatchObject({ kind: 'waiting' });
  });

  test('will not be where a new pod cannot start; old ones are no matter', () => {
    const rolling = daemonSet(OLD, { updatedNumberScheduled: 1 });
    const revisions = [revision('new', 1), revision('old', 2)];
    const seen = (...pods: readonly KubernetesObject[]) => [
      [...WELL.slice(0, 2), rolling],
      revisions,
      [...pods],
    ];
    expect(operatorSight(BROUGHT, seen(pod('a', 'new', 'broken')), old)).toMatchObject({ kind: 'waiting' });
    expect(operatorSight(BROUGHT, seen(pod('a', 'old', 'broken')), old)).toMatchObject({ kind: 'failed' });
  });
});

describe('with a node that is lost', () => {
  const LOST = 'Node c is not Ready: Kubelet stopped posting node status.';
  const revisions = [revision('before', 1), revision('now', 2)];
  const [a, b] = [pod('a', 'now', 'ready'), pod('b', 'now', 'ready')];
  const nodes = [node('a', 'True'), node('b', 'True'), node('c', 'Unknown')];
  // As the operator and the controller say it then
  const held = [installation('v3.29.7'), status('calico', 'FTF')];
  const set = daemonSet(OLD, { updatedNumberScheduled: 2, numberAvailable: 2 });
  const seen = (...pods: readonly KubernetesObject[]) => [held, [set], revisions, nodes, [...pods]];

  test('it has failed at once where that one has no new pod, or one that was never well', () => {
    const failed = { kind: 'failed', reason: LOST };
    expect(operatorSight(BROUGHT, seen(a, b, pod('c', 'before', 'lost')), fresh)).toMatchObject(failed);
    expect(operatorSight(BROUGHT, seen(a, b, pod('c', 'now', 'starting')), fresh)).toMatchObject(failed);
    // One that is for it, and that nobody has scheduled yet
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['c'] }];
    const required = { nodeSelectorTerms: [{ matchFields }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    const pending = { ...pod('c', 'now', 'starting'), spec: { affinity } };
    expect(operatorSight(BROUGHT, seen(a, b, pending), fresh)).toMatchObject(failed);
  });

  test('that has a new pod which was well, it gets the time to come back', () => {
    const sight = operatorSight(BROUGHT, seen(a, b, pod('c', 'now', 'lost')), fresh);
    expect(sight).toMatchObject({ kind: 'waiting' });
    expect(JSON.stringify(sight)).toContain(LOST);
  });

  test('whose pod nobody can tell to be new yet, it gets the time to come back', () => {
    const unseen = seen(a, b, pod('c', 'now', 'lost')).map((objects) =>
      objects.map((one) =>
        one.kind === 'DaemonSet' ? { ...one, metadata: { ...one.metadata, generation: 9 } } : one,
      ),
    );
    expect(operatorSight(BROUGHT, unseen, fresh)).toMatchObject({ kind: 'waiting' });
  });

  test('that Calico does not run on, or that says for a moment that it is not Ready, nothing is wrong', () => {
    expect(operatorSight(BROUGHT, seen(a, b), fresh)).toMatchObject({ kind: 'waiting' });
    const says = seen(a, b, pod('c', 'before', 'lost')).with(3, [node('c', 'False')]);
    expect(operatorSight(BROUGHT, says, fresh)).toMatchObject({ kind: 'waiting' });
    expect(operatorSight(BROUGHT, says, old)).toMatchObject({ kind: 'failed' });
  });

  test('that takes no part, the others decide, whatever the operator waits for', () => {
    const without = { ...BROUGHT, without: ['c'] };
    const lost = pod('c', 'before', 'lost');
    expect(operatorSight(without, seen(a, b, lost), fresh)).toEqual({ kind: 'done' });
    expect(operatorSight(without, seen(a, pod('b', 'before', 'ready'), lost), fresh)).toMatchObject({
      kind: 'waiting',
    });
    expect(operatorSight(without, seen(a, pod('b', 'now', 'starting'), lost), fresh)).toMatchObject({
      kind: 'waiting',
    });
    // Its own pod fails nothing
    expect(operatorSight(without, seen(a, b, pod('c', 'now', 'broken')), old)).toEqual({ kind: 'done' });
  });

  test('that takes no part, another status has to be well all the same, and an unknown release to be said', () => {
    const without = { ...BROUGHT, without: ['c'] };
    const all = seen(a, b, pod('c', 'before', 'lost'));
    const others = [...held, status('apiserver', 'FTF')];
    expect(operatorSight(without, all.with(0, others), fresh)).toMatchObject({ kind: 'waiting' });
    expect(operatorSight({ ...without, workloads: [] }, all, fresh)).toMatchObject({ kind: 'waiting' });
  });

  test('that takes no part, a status of a single pod that may be there is no matter', () => {
    const all = seen(a, b, pod('c', 'before', 'lost'));
    const others = [...held, status('whisker', 'FTF'), status('goldmane', 'FTF')];
    const without = { ...BROUGHT, without: ['c'] };
    expect(operatorSight(without, all.with(0, others), fresh)).toEqual({ kind: 'done' });
    const unwell = operatorSight(BROUGHT, [[...WELL, status('whisker', 'FTF')]], fresh);
    expect(JSON.stringify(unwell)).toContain('TigeraStatus whisker is not well');
  });

  test('that only the CSI driver has not reached, it gets the time to come back', () => {
    const driver = {
      ...daemonSet(OLD, { updatedNumberScheduled: 2 }),
      metadata: { name: 'csi-node-driver', namespace: 'calico-system', uid: 'csi', generation: 2 },
    };
    const workloads = [NODE, { ...NODE, object: { ...NODE.object, name: 'csi-node-driver' } }];
    const ofDriver = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'csi-node-driver', uid: 'csi' };
    const old = pod('c', 'before', 'lost');
    const its = { ...old, metadata: { ...old.metadata, ownerReferences: [ofDriver] } };
    const all = [...seen(a, b, pod('c', 'now', 'lost'), its), [driver]];
    expect(operatorSight({ ...BROUGHT, workloads }, all, fresh)).toMatchObject({ kind: 'waiting' });
  });

  test('the first nodes are others, or have failed', () => {
    const canary = { workload: NODE, nodes: 3 };
    const all = seen(a, b, pod('c', 'before', 'lost'));
    expect(canarySight(canary, all, fresh)).toMatchObject({ kind: 'failed', reason: LOST });
    expect(canarySight({ ...canary, without: ['c'] }, all, fresh)).toEqual({ kind: 'done' });
  });
});

describe('the first nodes', () => {
  const revisions = [revision('new', 1), revision('old', 2)];
  const sight = (set: KubernetesObject, ...pods: readonly KubernetesObject[]) =>
    canarySight({ workload: NODE, nodes: 2 }, [[set], revisions, pods], old);

  test('are waited for while the operator has not moved the DaemonSet, however broken its pods are', () => {
    expect(sight(daemonSet(NEW), pod('a', 'old', 'broken'))).toMatchObject({ kind: 'waiting' });
  });

  test('are well once so many new pods are Ready, whatever other nodes suffer from', () => {
    const set = daemonSet(OLD, { numberUnavailable: 1 });
    const [one, two] = [pod('a', 'old', 'ready'), pod('b', 'old', 'ready')];
    expect(sight(set, one, pod('c', 'new', 'broken'))).toMatchObject({ kind: 'waiting' });
    expect(sight(set, one, two, pod('c', 'new', 'broken'))).toEqual({ kind: 'done' });
  });

  test('are none where Calico runs on none', () => {
    expect(sight(daemonSet(OLD, { desiredNumberScheduled: 0 }))).toEqual({ kind: 'done' });
  });

  test('are not well where a new pod cannot start', () => {
    expect(sight(daemonSet(OLD), pod('a', 'old', 'broken'))).toMatchObject({ kind: 'failed' });
  });
});

test('images tell their release by tag or digest, wherever they come from', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(releaseMarks(daemonSet(OLD))).toEqual([':v3.30.7']);
  expect(releaseMarks(daemonSet(`calico/node@${digest}`))).toEqual([`@${digest}`]);
  expect(bearsMarks(daemonSet('registry.local:5000/mirror/node:v3.30.7'), [':v3.30.7'])).toBe(true);
  expect(bearsMarks(daemonSet(NEW), [':v3.30.7'])).toBe(false);
  expect(bearsMarks(daemonSet('calico/node:v3.30.70'), [':v3.30.7'])).toBe(false);
  expect(bearsMarks(daemonSet('calico/typha:v3.30.7-fips'), [':v3.30.7'])).toBe(true);
  expect(releaseMarks(daemonSet('calico/typha:v3.30.7-fips'))).toEqual([':v3.30.7']);
});
