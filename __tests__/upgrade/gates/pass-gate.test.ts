import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { Gate } from '../../../src/upgrade/engine/step.js';
import { passGate as passAnyGate } from '../../../src/upgrade/gates/pass-gate.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { reasonOf, turns, waiting, waitingPod } from './build-waiting.js';

function passGate(...args: Parameters<typeof passAnyGate>): Promise<string | null> {
  return reasonOf(passAnyGate(...args));
}

const LIMITS = { timeoutMs: 1_000 };

function definition(name: string, status: 'True' | 'False' | null): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: { group: 'crd.projectcalico.org', names: { plural: 'tiers', kind: 'Tier' }, versions: [] },
    status: { conditions: status === null ? [] : [{ type: 'Established', status }] },
  };
}

describe('definitions', () => {
  const gate: Gate = { kind: 'established', names: ['tiers.x', 'pools.x'] };

  test('pass once all are Established', async () => {
    const client = createFakeClusterClient({ objects: [definition('tiers.x', 'True')] });
    const passed = passGate(client, gate, waiting(LIMITS));
    await turns();
    client.set(definition('pools.x', null));
    await turns();
    client.set(definition('pools.x', 'True'));
    expect(await passed).toBeNull();
  });

  test.each<[string, readonly KubernetesObject[]]>([
    ['is not there', []],
    ['says nothing', [definition('pools.x', null)]],
    ['is not Established', [definition('pools.x', 'False')]],
  ])('do not pass where one %s', async (_, more) => {
    const client = createFakeClusterClient({
      objects: [definition('tiers.x', 'True'), definition('others.x', 'False'), ...more],
    });
    expect(await passGate(client, gate, waiting({ timeoutMs: 50 }))).toBe(
      'not done within 0 s: the definition pools.x is not Established',
    );
  });

  test('of none pass at once', async () => {
    expect(await passGate(createFakeClusterClient(), { ...gate, names: [] }, waiting(LIMITS))).toBeNull();
  });
});

describe('objects under deletion', () => {
  const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' } };
  const gate: Gate = {
    kind: 'gone',
    objects: [{ apiVersion: 'v1', kind: 'Namespace', namespace: null, name: 'old' }],
  };
  const pod: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'server', namespace: 'old' },
    spec: { nodeName: 'far' },
  };
  const node = (status: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'far' },
    status: { conditions: [{ type: 'Ready', status }] },
  });
  const fail = (...objects: readonly KubernetesObject[]): Promise<string | null> =>
    passGate(createFakeClusterClient({ objects: [namespace, ...objects] }), gate, waiting({ timeoutMs: 50 }));
  const LEFT = 'not done within 0 s: Namespace old is still under deletion';

  test('pass once they are gone', async () => {
    expect(await passGate(createFakeClusterClient(), gate, waiting(LIMITS))).toBeNull();
  });

  test('name the pod that cannot end, since nobody hears of its node', async () => {
    expect(await fail(pod, node('Unknown'))).toBe(
      `${LEFT} Pod old/server is on node far, which is not Ready: it neither starts nor ends there. Repair that node; where it is gone for good, delete the Node object, and run again.`,
    );
    expect(await fail(pod, node('True'))).toBe(LEFT);
    expect(await fail(pod)).toBe(LEFT);
    expect(await fail(node('Unknown'))).toBe(LEFT);
  });
});

describe('an APIService', () => {
  const name = 'v3.projectcalico.org';
  const gate: Gate = { kind: 'api-service', name };

  function service(status: string, message = ''): KubernetesObject {
    return {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      status: { conditions: [{ type: 'Available', status, message }] },
    };
  }

  test('passes once it is Available', async () => {
    const client = createFakeClusterClient({ objects: [service('False')] });
    const passed = passGate(client, gate, waiting(LIMITS));
    await turns();
    client.set(service('True'));
    expect(await passed).toBeNull();
  });

  test.each<[string, readonly KubernetesObject[], string]>([
    ['what it says', [service('False', 'no endpoints')], 'no endpoints'],
    ['that it says nothing', [], 'it says nothing yet'],
    ['that of an unknown state, too', [service('Unknown', 'who knows')], 'who knows'],
  ])('does not pass otherwise, and tells %s', async (_, objects, said) => {
    const client = createFakeClusterClient({ objects });
    expect(await passGate(client, gate, waiting({ timeoutMs: 50 }))).toBe(
      `not done within 0 s: APIService ${name} is not Available: ${said}`,
    );
  });
});

describe('a rollout', () => {
  const reference = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name: 'calico-node',
  } as const;
  const gate: Gate = { kind: 'rollout', workload: reference };
  const revision: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: 'calico-node-new',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'calico-node', 'controller-revision-hash': 'new' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node', uid: 'u1' }],
    },
    revision: 2,
  };

  function daemonSet(updated: number): KubernetesObject {
    return {
      ...reference,
      metadata: { name: 'calico-node', namespace: 'kube-system', uid: 'u1', generation: 2 },
      spec: { selector: { matchLabels: { 'k8s-app': 'calico-node' } } },
      status: {
        observedGeneration: 2,
        desiredNumberScheduled: 2,
        currentNumberScheduled: 2,
        updatedNumberScheduled: updated,
        numberAvailable: 2,
      },
    };
  }

  test('passes once every pod is new', async () => {
    const client = createFakeClusterClient({ objects: [daemonSet(1), revision] });
    const passed = passGate(client, gate, waiting(LIMITS));
    await turns();
    client.set(daemonSet(2));
    expect(await passed).toBeNull();
  });

  test('fails at once where a new pod will not become ready, and not for an old one', async () => {
    const client = createFakeClusterClient({
      objects: [daemonSet(1), revision, waitingPod({ reason: 'ImagePullBackOff' }, 'old', 'calico-node-b')],
    });
    const passed = passGate(client, gate, waiting(LIMITS));
    await turns();
    client.set(waitingPod({ reason: 'InvalidImageName' }, 'new'));
    expect(await passed).toMatch(/calico-node-a.*InvalidImageName/);
  });

  test('that is done passes, whatever a pod beside it suffers from', async () => {
    const pod = waitingPod({ reason: 'ImagePullBackOff' }, 'new');
    const client = createFakeClusterClient({ objects: [daemonSet(2), revision, pod] });
    expect(await passGate(client, gate, waiting(LIMITS))).toBeNull();
  });

  test('fails where the workload is not there, or is deleted meanwhile', async () => {
    const client = createFakeClusterClient({ objects: [daemonSet(1), revision] });
    const passed = passGate(client, gate, waiting(LIMITS));
    await turns();
    client.remove(reference);
    expect(await passed).toBe('DaemonSet kube-system/calico-node was deleted.');
    expect(await passGate(client, gate, waiting(LIMITS))).toBe(
      'DaemonSet kube-system/calico-node is not there any more.',
    );
  });
});
