import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  conditionsOf,
  daemonSetProgress,
  deploymentProgress,
  podFailure,
  putCondition,
  type StatusState,
} from '../../../test-cluster/operator/conditions.js';

const well: StatusState = {
  isReadyToMonitor: true,
  degraded: null,
  rollout: { progressing: [], failing: [] },
};
const trouble = { reason: 'ResourceUpdateError', message: 'no: way' };

function said(state: StatusState): Record<string, string> {
  return Object.fromEntries(
    conditionsOf(state).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );
}

describe('conditionsOf', () => {
  it.each<readonly [title: string, state: StatusState, conditions: Record<string, string>]>([
    [
      'all is well',
      well,
      {
        Available: 'True AllObjectsAvailable',
        Progressing: 'False AllObjectsAvailable',
        Degraded: 'False AllObjectsAvailable',
      },
    ],
    [
      'a workload rolls',
      { ...well, rollout: { progressing: ['rolling'], failing: [] } },
      { Available: 'False Unknown', Progressing: 'True ResourceNotReady', Degraded: 'False Unknown' },
    ],
    [
      'a pod fails while its workload rolls',
      { ...well, rollout: { progressing: ['rolling'], failing: ['crash'] } },
      { Available: 'False Unknown', Progressing: 'False Unknown', Degraded: 'True PodFailure' },
    ],
    [
      'a step fails',
      { ...well, degraded: trouble },
      { Available: 'False Unknown', Progressing: 'False Unknown', Degraded: 'True ResourceUpdateError' },
    ],
    [
      'a step fails before the operator has looked at anything: Available stays as it was',
      { ...well, isReadyToMonitor: false, degraded: trouble },
      { Degraded: 'True ResourceUpdateError' },
    ],
    [
      'the operator has looked at nothing yet: Available stays as it was',
      { ...well, isReadyToMonitor: false },
      { Degraded: 'False Unknown' },
    ],
  ])('says where %s', (_, state, conditions) => {
    expect(said(state)).toEqual(conditions);
  });
});

describe('putCondition', () => {
  const condition = {
    type: 'Available',
    status: 'True',
    reason: 'AllObjectsAvailable',
    message: '',
  } as const;
  const first = putCondition([], condition, 3, 'then') ?? [];

  it('adds one with the generation and the time', () => {
    expect(first).toEqual([{ ...condition, observedGeneration: 3, lastTransitionTime: 'then' }]);
  });

  it('does nothing where nothing changes', () => {
    expect(putCondition(first, condition, 3, 'now')).toBeNull();
  });

  it('leaves the time where only the generation changes', () => {
    expect(putCondition(first, condition, 4, 'now')).toEqual([
      { ...condition, observedGeneration: 4, lastTransitionTime: 'then' },
    ]);
  });

  it('takes the time of a change of status', () => {
    const changed = putCondition(first, { ...condition, status: 'False' }, 0, 'now');
    expect(changed).toEqual([{ ...condition, status: 'False', lastTransitionTime: 'now' }]);
  });
});

const daemonSet = (status: object, generation = 2): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'calico-node', namespace: 'calico-system', generation },
  status,
});

describe('daemonSetProgress', () => {
  const all = {
    desiredNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
    numberUnavailable: 0,
    observedGeneration: 2,
  };

  it.each([
    ['nothing where every pod is new and available', all, null],
    ['old pods', { ...all, updatedNumberScheduled: 1 }, 'update is rolling out (1 out of 3 updated)'],
    [
      'unavailable pods',
      { ...all, numberUnavailable: 2, numberAvailable: 1 },
      'is not available (awaiting 2 nodes)',
    ],
    ['no pods', { ...all, numberAvailable: 0 }, 'is not yet scheduled on any nodes'],
    [
      'an update that the controller has not seen',
      { ...all, observedGeneration: 1 },
      'update is being processed (generation 2, observed generation 1)',
    ],
  ])('tells %s', (_, status, text) => {
    const expected = text === null ? null : `DaemonSet "calico-system/calico-node" ${text}`;
    expect(daemonSetProgress(daemonSet(status))).toBe(expected);
  });

  it('calls a DaemonSet without nodes well', () => {
    expect(daemonSetProgress(daemonSet({ observedGeneration: 2, desiredNumberScheduled: 0 }))).toBeNull();
  });
});

describe('deploymentProgress', () => {
  it.each([
    [{ availableReplicas: 2, observedGeneration: 2 }, null],
    [{ availableReplicas: 1, unavailableReplicas: 1 }, 'is not available (awaiting 1 replicas)'],
    [{}, 'is not yet scheduled on any nodes'],
  ])('reads %j', (status, text) => {
    const deployment = { ...daemonSet(status), kind: 'Deployment' };
    const expected = text === null ? null : `Deployment "calico-system/calico-node" ${text}`;
    expect(deploymentProgress(deployment)).toBe(expected);
  });
});

describe('podFailure', () => {
  const pod = (status: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n' },
    status,
  });
  const container = (state: object): object => ({ containerStatuses: [{ name: 'c', state }] });

  it.each([
    [container({ running: {} }), null],
    [container({ waiting: { reason: 'ContainerCreating' } }), null],
    [{ phase: 'Failed' }, 'Pod n/p has failed'],
    [container({ waiting: { reason: 'CrashLoopBackOff' } }), 'Pod n/p has crash looping container: c'],
    [container({ waiting: { reason: 'ErrImagePull' } }), 'Pod n/p failed to pull container image for: c'],
    [container({ terminated: { reason: 'Error' } }), 'Pod n/p has terminated container: c'],
    [
      { initContainerStatuses: [{ name: 'i', state: { waiting: { reason: 'ImagePullBackOff' } } }] },
      'Pod n/p failed to pull container image for: i',
    ],
  ])('reads %j', (status, text) => {
    expect(podFailure(pod(status))).toBe(text);
  });
});
