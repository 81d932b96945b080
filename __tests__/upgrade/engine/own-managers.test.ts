import { expect, test } from '@jest/globals';
import type { KubernetesObject, ManagedFieldsEntry } from '../../../src/ports/cluster-client.js';
import { onlyOwnWrote } from '../../../src/upgrade/engine/own-managers.js';

const entry = (manager: string, time = '2026-11-27T10:00:00Z', subresource?: string): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  time,
  ...(subresource === undefined ? {} : { subresource }),
});

function installation(managedFields: readonly ManagedFieldsEntry[], uid = 'a'): KubernetesObject {
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: { name: 'default', uid, managedFields },
  };
}

const BEFORE = [entry('kubectl-create'), entry('operator')];
const LATER = '2026-11-27T11:00:00Z';

test.each<[boolean, string, readonly ManagedFieldsEntry[]]>([
  [true, 'the operator wrote its defaults', [entry('kubectl-create'), entry('operator', LATER)]],
  [true, 'this program turned a knob', [...BEFORE, entry('calico-upgrade-action', LATER)]],
  [false, 'a user wrote', [entry('operator'), entry('kubectl-create', LATER)]],
  [false, 'a user and the operator wrote', [entry('kubectl-edit', LATER), entry('operator', LATER)]],
  [false, 'nobody is known to have written', BEFORE],
  [false, 'only a status was written', [...BEFORE, entry('operator', LATER, 'status')]],
])('%s: %s', (expected, _, after) => {
  expect(onlyOwnWrote(installation(BEFORE), installation(after))).toBe(expected);
});

test('another object of the same name is not the one that was read', () => {
  expect(onlyOwnWrote(installation(BEFORE), installation([entry('operator', LATER)], 'b'))).toBe(false);
});
