import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { hashOf, newestHash } from '../../../src/upgrade/gates/revision.js';
import { faultOfNewPods, isObserved, newPodsOf, selectorOf } from '../../../src/upgrade/gates/workload.js';
import { old, waitingPod } from './build-waiting.js';

const DAEMON_SET: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'calico-node', namespace: 'kube-system', uid: 'u1', generation: 2 },
  spec: { selector: { matchLabels: { 'k8s-app': 'calico-node', tier: 'node' } } },
  status: { observedGeneration: 2 },
};

function revision(hash: string, number: number, uid = 'u1'): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `calico-node-${hash}`,
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid }],
    },
    revision: number,
  };
}

function replicaSet(hash: string, number?: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `calico-typha-${hash}`,
      labels: { 'pod-template-hash': hash },
      annotations: number === undefined ? {} : { 'deployment.kubernetes.io/revision': number },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'calico-typha', uid: 'u1' }],
    },
  };
}

describe('newestHash', () => {
  test.each<[string, readonly KubernetesObject[], string | null]>([
    ['the highest number, wherever it stands', [revision('b', 2), revision('c', 3), revision('a', 1)], 'c'],
    ['numbers as such, not as text', [revision('nine', 9), revision('ten', 10)], 'ten'],
    ['one of before that a rollback used again', [revision('old', 3), revision('new', 2)], 'old'],
    ['none of another workload with the same labels', [revision('a', 1), revision('x', 9, 'u2')], 'a'],
    ['nothing where there is none', [], null],
    ['nothing where none is its own', [revision('x', 9, 'u2')], null],
    ['that of a ReplicaSet', [replicaSet('nine', '9'), replicaSet('ten', '10')], 'ten'],
    [
      'one that has a number before one that has none yet',
      [replicaSet('none'), replicaSet('one', '1')],
      'one',
    ],
  ])('takes %s', (_, revisions, hash) => {
    expect(newestHash(DAEMON_SET, revisions)).toBe(hash);
    expect(newestHash(DAEMON_SET, [...revisions].reverse())).toBe(hash);
  });

  test('a revision without its label tells nothing', () => {
    const bare = { ...revision('a', 1), metadata: { ...revision('a', 1).metadata, labels: {} } };
    expect(hashOf(bare)).toBe('');
    expect(newestHash(DAEMON_SET, [bare])).toBeNull();
  });
});

describe('faultOfNewPods', () => {
  const revisions = [revision('old', 1), revision('new', 2)];
  const broken = (hash: string, name?: string) => waitingPod({ reason: 'ImagePullBackOff' }, hash, name);

  test('tells of a new pod', () => {
    expect(faultOfNewPods(DAEMON_SET, revisions, [broken('new')], old)).toMatchObject({
      pods: [{ metadata: { name: 'calico-node-a' } }],
    });
  });

  test('old pods that are broken are none: they are why somebody goes back', () => {
    expect(faultOfNewPods(DAEMON_SET, revisions, [broken('old')], old)).toBeNull();
  });

  test('a pod that is to go is none', () => {
    const pod = broken('new');
    const metadata = { ...pod.metadata, deletionTimestamp: '2026-11-27T02:00:00Z' };
    expect(faultOfNewPods(DAEMON_SET, revisions, [{ ...pod, metadata }], old)).toBeNull();
  });

  test('one of another workload of that revision is none', () => {
    expect(faultOfNewPods(DAEMON_SET, revisions, [broken('new', 'calico-typha-a')], old)).toBeNull();
  });

  test('none as long as the controller has not seen what is wanted: the newest revision is the one before', () => {
    const unseen = { ...DAEMON_SET, status: { observedGeneration: 1 } };
    expect(isObserved(unseen)).toBe(false);
    expect(faultOfNewPods(unseen, revisions, [broken('new')], old)).toBeNull();
  });

  test('none of a workload that is to have no pods', () => {
    const none = { ...DAEMON_SET, spec: { ...(DAEMON_SET['spec'] as object), replicas: 0 } };
    expect(faultOfNewPods(none, revisions, [broken('new')], old)).toBeNull();
  });

  test('none where no revision can be told', () => {
    expect(newPodsOf(DAEMON_SET, [], [broken('new')])).toEqual([]);
  });
});

test('a selector asks for all labels', () => {
  expect(selectorOf(DAEMON_SET)).toBe('k8s-app=calico-node,tier=node');
});
