import { describe, expect, test } from '@jest/globals';
import { isPodReady, podFault } from '../../../src/upgrade/gates/pod-fault.js';
import { type ContainerSaid, waitingPod } from './build-waiting.js';

const FATAL = [
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'SignatureValidationFailed',
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'RunContainerError',
];

describe('podFault', () => {
  test.each(FATAL.flatMap((reason) => [{ reason }, { reason, isInit: true }]))('names %j', (said) => {
    expect(podFault(waitingPod({ ...said, message: 'no such image' }))).toBe(
      `Pod kube-system/calico-node-a, container calico-node: ${said.reason} (no such image)`,
    );
  });

  test.each<[string, ContainerSaid]>([
    ['a third crash', { reason: 'CrashLoopBackOff', restarts: 3 }],
    ['a hundredth', { reason: 'CrashLoopBackOff', restarts: 100 }],
    ['crashes of an init container', { reason: 'CrashLoopBackOff', restarts: 3, isInit: true }],
  ])('%s is one', (_, said) => {
    expect(podFault(waitingPod(said))).toBe(
      'Pod kube-system/calico-node-a, container calico-node: CrashLoopBackOff',
    );
  });

  test.each<[string, ContainerSaid]>([
    ['a second crash', { reason: 'CrashLoopBackOff', restarts: 2 }],
    ['many restarts before, and none now', { reason: 'PodInitializing', restarts: 9 }],
    ['a container that is being made', { reason: 'ContainerCreating' }],
    ['a first pull that failed: it is tried again', { reason: 'ErrImagePull' }],
  ])('%s is none', (_, said) => {
    expect(podFault(waitingPod(said))).toBeNull();
  });

  test('a pod that runs and never becomes ready is none: only the time-out tells', () => {
    const running = { name: 'calico-node', restartCount: 0, ready: false, state: { running: {} } };
    const pod = { ...waitingPod(), status: { phase: 'Running', containerStatuses: [running] } };
    expect(podFault(pod)).toBeNull();
  });

  test('a debugging container that crashes is none', () => {
    const status = { name: 'debug', restartCount: 9, state: { waiting: { reason: 'ImagePullBackOff' } } };
    expect(podFault({ ...waitingPod(), status: { ephemeralContainerStatuses: [status] } })).toBeNull();
  });

  test.each([{}, { status: null }, { status: { containerStatuses: 'none' } }])('%j is none', (rest) => {
    expect(podFault({ ...waitingPod(), status: undefined, ...rest })).toBeNull();
  });
});

describe('isPodReady', () => {
  const ready = { ...waitingPod(), status: { conditions: [{ type: 'Ready', status: 'True' }] } };

  test('where its condition says so', () => {
    expect(isPodReady(ready)).toBe(true);
    expect(isPodReady(waitingPod())).toBe(false);
    expect(isPodReady({ ...ready, status: {} })).toBe(false);
  });

  test('not where it is to go', () => {
    const metadata = { ...ready.metadata, deletionTimestamp: '2026-11-27T02:00:00Z' };
    expect(isPodReady({ ...ready, metadata })).toBe(false);
  });
});
