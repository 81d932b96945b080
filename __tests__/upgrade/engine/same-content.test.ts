import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject, ManagedFieldsEntry } from '../../../src/ports/cluster-client.js';
import { onlyOwnWrote } from '../../../src/upgrade/engine/own-managers.js';
import { contentOf, sameContent } from '../../../src/upgrade/engine/same-content.js';

const OBJECT: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'calico-config', namespace: 'kube-system' },
  data: { a: '1', b: '2' },
};

function withMetadata(metadata: object): KubernetesObject {
  return { ...OBJECT, metadata: { ...OBJECT.metadata, ...metadata } };
}

describe('sameContent', () => {
  test.each<[string, KubernetesObject]>([
    ['the order of fields', { ...OBJECT, data: { b: '2', a: '1' } }],
    ['uid, version, generation and times', withMetadata({ uid: 'u', resourceVersion: '9', generation: 4 })],
    ['who manages its fields', withMetadata({ managedFields: [{ manager: 'kubectl' }] })],
    ['owners and finalizers', withMetadata({ finalizers: ['x'], ownerReferences: [] })],
    ['status', { ...OBJECT, status: { phase: 'x' } }],
    ['labels and annotations that are empty', withMetadata({ labels: {}, annotations: {} })],
    [
      'what kubectl notes for itself',
      withMetadata({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }),
    ],
  ])('passes over %s', (_, other) => {
    expect(sameContent(OBJECT, other)).toBe(true);
    expect(contentOf(OBJECT)).toBe(contentOf(other));
  });

  test.each<[string, KubernetesObject]>([
    ['a value', { ...OBJECT, data: { a: '1', b: '3' } }],
    ['the type of a value', { ...OBJECT, data: { a: 1, b: '2' } }],
    ['a field more', { ...OBJECT, immutable: true }],
    ['a field less', { ...OBJECT, data: { a: '1' } }],
    ['a label', withMetadata({ labels: { a: 'b' } })],
    ['an annotation', withMetadata({ annotations: { a: 'b' } })],
    ['the name', withMetadata({ name: 'other' })],
    ['the namespace', withMetadata({ namespace: 'other' })],
    ['the kind', { ...OBJECT, kind: 'Secret' }],
  ])('sees %s', (_, other) => {
    expect(sameContent(OBJECT, other)).toBe(false);
  });

  test('sees the order of a list', () => {
    expect(sameContent({ ...OBJECT, rules: [1, 2] }, { ...OBJECT, rules: [2, 1] })).toBe(false);
  });
});

describe('onlyOwnWrote', () => {
  const time = '2026-11-27T02:00:00Z';
  const entry = (manager: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
    manager,
    operation: 'Update',
    time,
    fieldsV1: { 'f:data': {} },
    ...more,
  });
  const managed = (...managedFields: readonly ManagedFieldsEntry[]): KubernetesObject =>
    withMetadata({ uid: 'u', managedFields });
  const before = managed(entry('kubectl'));

  test.each<[string, KubernetesObject, boolean]>([
    ['the operator', managed(entry('kubectl'), entry('operator')), true],
    ['calico-node, again', managed(entry('kubectl'), entry('calico-node', { time })), true],
    ['nobody', managed(entry('kubectl')), false],
    ['somebody else', managed(entry('kubectl'), entry('helm')), false],
    ['the operator and somebody else', managed(entry('operator'), entry('helm')), false],
    ['the same one once more', managed(entry('kubectl', { time: '2026-11-27T02:01:00Z' })), false],
    ['a status alone', managed(entry('kubectl'), entry('operator', { subresource: 'status' })), false],
    ['who does not say', managed(entry('kubectl'), { time }), false],
    ['one without any entries', withMetadata({ uid: 'u' }), false],
  ])('%s', (_, live, is) => {
    expect(onlyOwnWrote(before, live)).toBe(is);
  });

  test('not where it is another object by now', () => {
    const other = withMetadata({ uid: 'other', managedFields: [entry('operator')] });
    expect(onlyOwnWrote(before, other)).toBe(false);
  });
});
