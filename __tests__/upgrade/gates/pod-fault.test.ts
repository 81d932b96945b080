import { describe, expect, test } from '@jest/globals';
import { isPodReady, isStuck, podFault } from '../../../src/upgrade/gates/pod-fault.js';
import { type ContainerSaid, fresh, old, waitingPod } from './build-waiting.js';

const FATAL = [
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
    expect(podFault(waitingPod({ ...said, message: 'no such image' }), fresh)).toBe(
      `Pod kube-system/calico-node-a, container calico-node: ${said.reason} (no such image)`,
    );
  });

  test.each<[string, ContainerSaid]>([
    ['a third crash', { reason: 'CrashLoopBackOff', restarts: 3 }],
    ['a hundredth', { reason: 'CrashLoopBackOff', restarts: 100 }],
    ['crashes of an init container', { reason: 'CrashLoopBackOff', restarts: 3, isInit: true }],
  ])('%s is one', (_, said) => {
    expect(podFault(waitingPod(said), fresh)).toBe(
      'Pod kube-system/calico-node-a, container calico-node: CrashLoopBackOff',
    );
  });

  test.each<[string, ContainerSaid]>([
    ['a second crash', { reason: 'CrashLoopBackOff', restarts: 2 }],
    ['many restarts before, and none now', { reason: 'PodInitializing', restarts: 9 }],
    ['a container that is being made', { reason: 'ContainerCreating' }],
    ['a first pull that failed: it is tried again', { reason: 'ErrImagePull' }],
  ])('%s is none', (_, said) => {
    expect(podFault(waitingPod(said), fresh)).toBeNull();
  });

  test.each(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable'])(
    '%s is one once it has lasted: a registry may be away for a moment',
    (reason) => {
      const pod = waitingPod({ reason, message: '404' });
      expect(podFault(pod, fresh)).toBeNull();
      expect(podFault(pod, old)).toBe(
        `Pod kube-system/calico-node-a, container calico-node: ${reason} (404)`,
      );
      expect(isStuck(pod)).toBe(reason === 'ImagePullBackOff');
    },
  );

  test('what an image that is not pulled says in turns is one and the same', () => {
    const asked: string[] = [];
    for (const reason of ['ErrImagePull', 'ImagePullBackOff']) {
      podFault(waitingPod({ reason }), (name, ms) => asked.push(`${name} ${ms}`) === 0);
    }
    expect(new Set(asked).size).toBe(1);
    expect(asked[0]).toMatch(/ 20000$/);
  });

  test('a debugging container that crashes is none', () => {
    const status = { name: 'debug', restartCount: 9, state: { waiting: { reason: 'ImagePullBackOff' } } };
    expect(podFault({ ...waitingPod(), status: { ephemeralContainerStatuses: [status] } }, fresh)).toBeNull();
  });

  test.each([{}, { status: null }, { status: { containerStatuses: 'none' } }])('%j is none', (rest) => {
    expect(podFault({ ...waitingPod(), status: undefined, ...rest }, fresh)).toBeNull();
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
