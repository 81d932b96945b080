import { expect, test } from '@jest/globals';
import { fieldChanges } from '../../../src/upgrade/plan/field-changes.js';
import { object } from '../preflight/build-input.js';

const daemonSet = (containers: readonly unknown[], extra: Readonly<Record<string, unknown>> = {}) =>
  object('apps/v1', 'DaemonSet', 'calico-node', { spec: { template: { spec: { containers, ...extra } } } });

test('names the fields that differ, items of lists by their names', () => {
  const before = daemonSet([
    { name: 'calico-node', image: 'calico/node:v1', env: [{ name: 'A', value: '1' }] },
  ]);
  const after = daemonSet([
    {
      name: 'calico-node',
      image: 'calico/node:v2',
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
  ]);
  const path = 'spec.template.spec.containers[name=calico-node]';
  expect(fieldChanges(before, after)).toEqual([
    { field: `${path}.image`, before: 'calico/node:v1', after: 'calico/node:v2' },
    { field: `${path}.env[name=B]`, before: undefined, after: { name: 'B', value: '2' } },
  ]);
});

test('what the server writes by itself is no change', () => {
  const before = {
    ...daemonSet([]),
    metadata: { name: 'calico-node', resourceVersion: '1', generation: 1 },
    status: { a: 1 },
  };
  const after = {
    ...daemonSet([]),
    metadata: { name: 'calico-node', resourceVersion: '2', generation: 2 },
    status: { a: 2 },
  };
  expect(fieldChanges(before, after)).toEqual([]);
});

test('lists without names are one value', () => {
  const [change, ...rest] = fieldChanges(
    daemonSet([], { tolerations: [{ key: 'a' }] }),
    daemonSet([], { tolerations: [{ key: 'b' }] }),
  );
  expect(change?.field).toBe('spec.template.spec.tolerations');
  expect(rest).toEqual([]);
});
