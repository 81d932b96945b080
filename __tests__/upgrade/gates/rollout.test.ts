import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { newestHash } from '../../../src/upgrade/gates/revision.js';
import { rolloutOf, rolloutWithout } from '../../../src/upgrade/gates/rollout.js';

type Status = Readonly<Record<string, number>>;

function daemonSet(status: Status, generation = 2): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system', generation },
    status: {
      observedGeneration: 2,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
      ...status,
    },
  };
}

function deployment(status: Status, spec: object = { replicas: 3 }): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'calico-typha', namespace: 'kube-system', generation: 2 },
    spec,
    status: { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3, ...status },
  };
}

describe('a rollout is done', () => {
  test.each<[string, KubernetesObject]>([
    ['of a DaemonSet, everywhere', daemonSet({})],
    ['of a DaemonSet without nodes', daemonSet({ desiredNumberScheduled: 0, currentNumberScheduled: 0 })],
    ['of a DaemonSet beyond the generation that was asked for', daemonSet({ observedGeneration: 3 })],
    ['of a Deployment, everywhere', deployment({})],
    [
      'of a Deployment of nothing',
      deployment({ replicas: 0, updatedReplicas: 0, availableReplicas: 0 }, { replicas: 0 }),
    ],
    [
      'of a Deployment that does not say how many',
      deployment({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, {}),
    ],
  ])('%s', (_, workload) => {
    expect(rolloutOf(workload)).toEqual({ kind: 'done' });
  });
});

describe('a rollout is waited for', () => {
  test.each<[string, KubernetesObject, string]>([
    [
      'of a DaemonSet that its controller has not looked at',
      daemonSet({}, 3),
      'DaemonSet kube-system/calico-node was not looked at by its controller yet',
    ],
    [
      'of a DaemonSet with an old pod',
      daemonSet({ updatedNumberScheduled: 2 }),
      'DaemonSet kube-system/calico-node: 2 of 3 pods are new, 3 are available',
    ],
    [
      'of a DaemonSet with a pod that is not available',
      daemonSet({ numberAvailable: 2 }),
      'DaemonSet kube-system/calico-node: 3 of 3 pods are new, 2 are available',
    ],
    [
      'of a DaemonSet that still has a pod where it should not',
      daemonSet({ currentNumberScheduled: 4, updatedNumberScheduled: 4, numberAvailable: 4 }),
      'DaemonSet kube-system/calico-node: 4 of 3 pods are new, 4 are available',
    ],
    [
      'of a Deployment with a surge pod beside the new ones',
      deployment({ replicas: 4, availableReplicas: 4 }),
      'Deployment kube-system/calico-typha: 3 of 3 pods are new, 4 are available',
    ],
    [
      'of a Deployment whose old pods alone are available',
      deployment({ updatedReplicas: 1 }),
      'Deployment kube-system/calico-typha: 1 of 3 pods are new, 3 are available',
    ],
    [
      'of a Deployment that has just been made',
      { ...deployment({}), status: {} },
      'Deployment kube-system/calico-typha was not looked at by its controller yet',
    ],
  ])('%s', (_, workload, reason) => {
    expect(rolloutOf(workload)).toEqual({ kind: 'waiting', reason });
  });
});

describe('without a node that is lost', () => {
  const owner = { ...daemonSet({}), metadata: { ...daemonSet({}).metadata, uid: 'ds' } };
  const revision = (hash: string, number: number): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `calico-node-${hash}`,
      namespace: 'kube-system',
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: 'ds' }],
    },
    revision: number,
  });
  const pod = (node: string, hash: string, ready = 'True'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `calico-node-${node}`,
      namespace: 'kube-system',
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: 'ds' }],
    },
    spec: { nodeName: node },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });
  const revisions = [revision('old', 1), revision('new', 2)];
  const see = (...pods: readonly KubernetesObject[]): string =>
    rolloutWithout(['lost'], owner, revisions, pods).kind;

  test('the others decide', () => {
    expect(see(pod('a', 'new'), pod('b', 'new'), pod('lost', 'old', 'False'))).toBe('done');
    expect(see(pod('a', 'new'), pod('b', 'new'))).toBe('done');
    expect(see(pod('a', 'new'), pod('b', 'old'), pod('lost', 'old'))).toBe('waiting');
    expect(see(pod('a', 'new'), pod('b', 'new', 'False'), pod('lost', 'new'))).toBe('waiting');
    expect(see(pod('a', 'new'), pod('lost', 'new'))).toBe('waiting');
  });

  test('a pod that is for it, and that nobody has scheduled yet, counts for nothing', () => {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['lost'] }];
    const required = { nodeSelectorTerms: [{ matchFields }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    const pending = { ...pod('lost', 'new', 'False'), spec: { affinity } };
    expect(see(pod('a', 'new'), pod('b', 'new'), pending)).toBe('done');
    expect(see(pod('a', 'new'), pod('b', 'new'), { ...pending, spec: {} })).toBe('waiting');
  });

  test('pods that were Ready a moment ago are not available yet', () => {
    const young = { ...daemonSet({ numberAvailable: 1 }), metadata: owner.metadata };
    const pods = [pod('a', 'new'), pod('b', 'new'), pod('lost', 'old', 'False')];
    expect(rolloutWithout(['lost'], young, revisions, pods).kind).toBe('waiting');
  });

  test('a Deployment lacks no more than what is there, or has to end there', () => {
    const spec = { replicas: 3, selector: { matchLabels: { app: 'typha' } } };
    const on = (node: string, app = 'typha', ready = 'True'): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `calico-typha-${node}`, namespace: 'kube-system', labels: { app } },
      spec: { nodeName: node },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    });
    const see = (status: Status, ...pods: readonly KubernetesObject[]): string =>
      rolloutWithout(['lost'], deployment(status, spec), [], pods).kind;
    const lacking = { updatedReplicas: 3, availableReplicas: 2 };
    expect(see(lacking, on('a'), on('b'), on('lost'))).toBe('done');
    expect(see({ updatedReplicas: 2, availableReplicas: 2, replicas: 2 }, on('lost'))).toBe('done');
    expect(see(lacking, on('a'), on('b'), on('c'))).toBe('waiting');
    expect(see(lacking, on('a'), on('b'), on('lost', 'other'))).toBe('waiting');
    expect(see({ ...lacking, availableReplicas: 1 }, on('lost'))).toBe('waiting');
    // A pod that has to end there excuses no other
    expect(see(lacking, on('a'), on('b', 'typha', 'False'), on('lost'))).toBe('waiting');
    expect(see({ ...lacking, replicas: 4 }, on('lost'))).toBe('waiting');
    expect(see({ ...lacking, observedGeneration: 1 }, on('lost'))).toBe('waiting');
  });

  test('what its controller has not looked at says nothing', () => {
    const unseen = { ...owner, metadata: { ...owner.metadata, generation: 3 } };
    const pods = [pod('a', 'new'), pod('b', 'new')];
    expect(rolloutWithout(['lost'], unseen, revisions, pods).kind).toBe('waiting');
  });
});

test('a revision of other images is the one before, whose pods say nothing', () => {
  const template = (image: string): object => ({ spec: { template: { spec: { containers: [{ image }] } } } });
  const daemon = { ...daemonSet({}), ...template('calico/node:v3.30.7') };
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: 'ds' };
  const revision = (hash: string, number: number, image: string): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: hash, labels: { 'controller-revision-hash': hash }, ownerReferences: [owner] },
    data: template(image),
    revision: number,
  });
  const own = { ...daemon, metadata: { ...daemon.metadata, uid: 'ds' } };
  const bad = revision('bad', 2, 'calico/node:v3.31.7');
  expect(newestHash(own, [revision('good', 1, 'calico/node:v3.30.7'), bad])).toBeNull();
  expect(newestHash(own, [revision('good', 3, 'calico/node:v3.30.7'), bad])).toBe('good');
});
