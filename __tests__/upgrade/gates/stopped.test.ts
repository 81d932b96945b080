import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { passGate } from '../../../src/upgrade/gates/pass-gate.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { hurrying, reasonOf, turns, waiting } from './build-waiting.js';

const OPERATOR = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'tigera-operator',
  name: 'tigera-operator',
} as const;
const GATE = { kind: 'stopped', workload: OPERATOR } as const;

function deployment(replicas: number, observedGeneration = 2): KubernetesObject {
  const { apiVersion, kind, name, namespace } = OPERATOR;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, generation: 2 },
    spec: { replicas, selector: { matchLabels: { name } } },
    status: { observedGeneration, replicas: 0 },
  };
}

function pod(metadata: object, phase = 'Running'): KubernetesObject {
  const { name, namespace } = OPERATOR;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-x`, namespace, uid: 'x', labels: { name }, ...metadata },
    status: { phase },
  };
}

const GOING = { deletionTimestamp: '2026-11-27T02:00:00Z', deletionGracePeriodSeconds: 60 };
const POD_REFERENCE = {
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: OPERATOR.namespace,
  name: 'tigera-operator-x',
};

describe('an operator that is stopped', () => {
  test('has stopped once its pod is gone, though its status says before that there is none', async () => {
    const client = createFakeClusterClient({ objects: [deployment(0), pod(GOING)] });
    let isOver = false;
    const done = passGate(client, GATE, waiting()).finally(() => (isOver = true));
    await turns();
    expect(isOver).toBe(false);
    client.remove(POD_REFERENCE);
    expect(await done).toBeNull();
  });

  test('is waited for no longer than its pod has to end: its node is lost', async () => {
    const client = createFakeClusterClient({ objects: [deployment(0), pod(GOING)] });
    const begun = Date.now();
    expect(await passGate(client, GATE, hurrying(500))).toBeNull();
    expect((Date.now() - begun) * 500).toBeGreaterThanOrEqual(75_000);
  });

  test.each<[string, readonly KubernetesObject[], string]>([
    ['nobody told its pod to end', [deployment(0), pod({})], 'tigera-operator-x has not ended yet'],
    ['its controller has not seen it', [deployment(0, 1)], 'was not looked at by its controller yet'],
    ['somebody started it again', [deployment(1)], 'was started again by somebody else'],
  ])('has not where %s', async (_, objects, reason) => {
    const client = createFakeClusterClient({ objects });
    expect(await reasonOf(passGate(client, GATE, waiting({ timeoutMs: 50 })))).toContain(reason);
  });

  test.each<[string, readonly KubernetesObject[]]>([
    ['it is not there', []],
    ['its pod has ended', [deployment(0), pod({}, 'Failed')]],
  ])('has where %s', async (_, objects) => {
    expect(await passGate(createFakeClusterClient({ objects }), GATE, waiting())).toBeNull();
  });
});
