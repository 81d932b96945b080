import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { allowanceOf, slowFault } from '../../../src/upgrade/gates/slow-pod.js';
import { fresh, old, waitingPod } from './build-waiting.js';

const RUNNING = { running: { startedAt: '2026-11-27T02:00:00Z' } };

function pod(spec: object, status: object): KubernetesObject {
  return { ...waitingPod(), spec, status };
}

describe('how long a container may run without being ready', () => {
  test.each<[string, string, number]>([
    ['no probe', '{}', 60],
    ['upstream’s manifest', 'readinessProbe: { exec: {}, periodSeconds: 10, timeoutSeconds: 10 }', 90],
    ['the operator', 'readinessProbe: { exec: {}, periodSeconds: 30, timeoutSeconds: 10 }', 150],
    ['a probe of standards', 'readinessProbe: { httpGet: {} }', 90],
    ['a delay', 'readinessProbe: { initialDelaySeconds: 20, periodSeconds: 5, failureThreshold: 2 }', 90],
    ['many successes', 'readinessProbe: { periodSeconds: 5, successThreshold: 6 }', 90],
    ['a startup probe', 'startupProbe: { periodSeconds: 10, failureThreshold: 30 }', 360],
    [
      'both',
      '{ startupProbe: { periodSeconds: 1, failureThreshold: 10 }, readinessProbe: { periodSeconds: 10 } }',
      100,
    ],
  ])('%s: %s', (_, container, seconds) => {
    expect(allowanceOf(load(container) as Record<string, unknown>)).toBe(seconds * 1000);
  });

  test('a container that the spec does not tell of has the least', () => {
    expect(allowanceOf(undefined)).toBe(60_000);
  });
});

describe('a pod', () => {
  const spec = { containers: [{ name: 'calico-node', readinessProbe: { periodSeconds: 10 } }] };
  const status = { name: 'calico-node', ready: false, restartCount: 0, state: RUNNING };

  test('that runs, does not restart and does not become ready is one at its time, and not before', () => {
    const slow = pod(spec, { containerStatuses: [status] });
    expect(slowFault(slow, fresh)).toBeNull();
    expect(slowFault(slow, (_, ms) => ms <= 90_000)).toBe(
      'container calico-node: runs for 90 s without a restart and is not ready',
    );
    expect(slowFault(slow, (_, ms) => ms < 90_000)).toBeNull();
  });

  test('that restarts begins its time anew', () => {
    const names: string[] = [];
    for (const restartCount of [0, 1]) {
      slowFault(pod(spec, { containerStatuses: [{ ...status, restartCount }] }), (name) => {
        names.push(name);
        return false;
      });
    }
    expect(new Set(names).size).toBe(2);
  });

  test.each<[string, object]>([
    ['is ready', { ...status, ready: true }],
    ['is being made', { ...status, state: { waiting: { reason: 'ContainerCreating' } } }],
    ['has ended', { ...status, state: { terminated: { exitCode: 1 } } }],
    ['says nothing', { name: 'calico-node' }],
  ])('whose container %s is none', (_, said) => {
    expect(slowFault(pod(spec, { containerStatuses: [said] }), old)).toBeNull();
  });

  test('whose init container does not end is one after two minutes; a sidecar need not end', () => {
    const of = (restartPolicy: string) =>
      pod(
        { initContainers: [{ name: 'install-cni', restartPolicy }], containers: [] },
        { initContainerStatuses: [{ name: 'install-cni', restartCount: 0, state: RUNNING }] },
      );
    expect(slowFault(of(''), (_, ms) => ms <= 120_000)).toBe(
      'init container install-cni: runs for 120 s and does not end',
    );
    expect(slowFault(of(''), (_, ms) => ms < 120_000)).toBeNull();
    expect(slowFault(of('Always'), old)).toBeNull();
  });
});
