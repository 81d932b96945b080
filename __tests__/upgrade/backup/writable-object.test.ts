import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { writable } from '../../../src/upgrade/backup/writable-object.js';

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

/** An object as an API server gives it. */
function live(kind: string, more: object = {}, metadata: object = {}): KubernetesObject {
  const apiVersion = { DaemonSet: 'apps/v1', Deployment: 'apps/v1', IPPool: 'crd.projectcalico.org/v1' }[
    kind
  ];
  return freeze({
    apiVersion: apiVersion ?? 'v1',
    kind,
    metadata: {
      name: 'calico',
      namespace: 'kube-system',
      uid: '6f2a5a0e-7f0a-4d1c-9f57-0c2a4b1f0001',
      resourceVersion: '4711',
      generation: 3,
      creationTimestamp: '2026-11-01T00:00:00Z',
      ...metadata,
    },
    ...more,
  });
}

const METADATA = { name: 'calico', namespace: 'kube-system' };

describe('what of a saved object may be written again', () => {
  test('is what somebody wanted: name, labels, annotations and content', () => {
    const wanted = {
      labels: { 'k8s-app': 'calico-node' },
      annotations: { 'projectcalico.org/metadata': '{}', note: 'ours' },
    };
    expect(writable(live('IPPool', { spec: { cidr: '10.0.0.0/16' } }, wanted))).toEqual({
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'IPPool',
      metadata: { ...METADATA, ...wanted },
      spec: { cidr: '10.0.0.0/16' },
    });
  });

  test('is nothing of what the server and the controllers say', () => {
    const object = live(
      'Deployment',
      { spec: { replicas: 1 }, status: { readyReplicas: 1 } },
      {
        managedFields: [],
        selfLink: '/x',
        generateName: 'calico-',
        deletionTimestamp: '2026-11-02T00:00:00Z',
        deletionGracePeriodSeconds: 0,
        annotations: {
          'deployment.kubernetes.io/revision': '7',
          'deprecated.daemonset.template.generation': '7',
          'control-plane.alpha.kubernetes.io/leader': '{}',
        },
      },
    );
    expect(writable(object)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...METADATA, annotations: {} },
      spec: { replicas: 1 },
    });
  });

  test('has no owner and no finalizer, which are others’ to set', () => {
    const owner = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default', uid: 'gone' };
    const object = live('DaemonSet', {}, { ownerReferences: [owner], finalizers: ['tigera.io/cleanup'] });
    expect(writable(object).metadata).toEqual(METADATA);
  });

  test('of a Namespace has no finalizers in its spec', () => {
    expect(writable(live('Namespace', { spec: { finalizers: ['kubernetes'] } }))).not.toHaveProperty('spec');
  });

  test.each<[string, object, object]>([
    [
      'assigned addresses are left out, node ports and families kept',
      {
        type: 'NodePort',
        clusterIP: '10.96.0.7',
        clusterIPs: ['10.96.0.7'],
        healthCheckNodePort: 31000,
        ipFamilies: ['IPv4'],
        ports: [{ port: 5473, nodePort: 30473 }],
      },
      { type: 'NodePort', ipFamilies: ['IPv4'], ports: [{ port: 5473, nodePort: 30473 }] },
    ],
    [
      'None is a word of the user',
      { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 1 }] },
      { clusterIP: 'None', ports: [{ port: 1 }] },
    ],
  ])('of a Service: %s', (_, spec, expected) => {
    expect(writable(live('Service', { spec }))['spec']).toEqual(expected);
  });

  test.each<[string, object, object]>([
    ['its token', { secrets: [{ name: 'calico-token-x7k2p' }] }, {}],
    [
      'its token alone',
      { secrets: [{ name: 'calico-token-x7k2p' }, { name: 'calico-token' }, { name: 'vault' }] },
      { secrets: [{ name: 'calico-token' }, { name: 'vault' }] },
    ],
    ['nothing else', { imagePullSecrets: [{ name: 'pull' }] }, { imagePullSecrets: [{ name: 'pull' }] }],
  ])('of a ServiceAccount leaves out %s', (_, content, expected) => {
    expect(writable(live('ServiceAccount', content))).toEqual({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: METADATA,
      ...expected,
    });
  });

  test('keeps the bundle of certificates of an APIService and of a webhook', () => {
    const object = live('APIService', { spec: { caBundle: 'Y2E=', group: 'projectcalico.org' } });
    expect(writable(object)['spec']).toEqual({ caBundle: 'Y2E=', group: 'projectcalico.org' });
  });

  test('stays the same where it is asked twice', () => {
    const object = live('Service', { spec: { clusterIP: '10.96.0.7' }, status: {} });
    expect(writable(writable(object))).toEqual(writable(object));
  });
});
