import { describe, expect, test } from '@jest/globals';
import { ownershipWithout, takeOverFields } from '../../../src/adapters/kubernetes/managed-fields.js';
import type { ManagedFieldsEntry } from '../../../src/ports/cluster-client.js';

const US = 'us';
const KUBECTL = 'kubectl-client-side-apply';

function entry(
  manager: string,
  operation: 'Apply' | 'Update',
  fields: readonly string[],
  over: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry {
  const fieldsV1 = { 'f:data': Object.fromEntries(fields.map((name) => [`f:${name}`, {}])) };
  return { manager, operation, apiVersion: 'v1', time: '2026-01-01T00:00:00Z', fieldsV1, ...over };
}

describe('fields of other managers', () => {
  test('become ours, in an entry that says that we applied them', () => {
    const before = entry(KUBECTL, 'Update', ['a', 'b']);
    expect(takeOverFields([before], [KUBECTL], US)).toEqual([entry(US, 'Apply', ['a', 'b'])]);
  });

  test('come to those that we have', () => {
    const ours = entry(US, 'Apply', ['a', 'b'], { time: '2026-03-03T00:00:00Z' });
    const entries = [entry(KUBECTL, 'Update', ['b', 'c']), ours, entry('helm', 'Update', ['d'])];
    expect(takeOverFields(entries, [KUBECTL, 'helm'], US)).toEqual([
      { ...ours, fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {}, 'f:c': {}, 'f:d': {} } } },
    ]);
  });

  test('are taken of an apply as of an update', () => {
    const entries = [entry('kubectl', 'Apply', ['a']), entry('kubectl', 'Update', ['b'])];
    expect(takeOverFields(entries, ['kubectl'], US)).toEqual([entry(US, 'Apply', ['a', 'b'])]);
  });

  test('are taken of an earlier update of our own', () => {
    expect(takeOverFields([entry(US, 'Update', ['a'])], [US], US)).toEqual([entry(US, 'Apply', ['a'])]);
  });

  test('stay where nobody named them', () => {
    const other = entry('kubectl-edit', 'Update', ['x']);
    expect(takeOverFields([other, entry(KUBECTL, 'Update', ['a'])], [KUBECTL], US)).toEqual([
      other,
      entry(US, 'Apply', ['a']),
    ]);
  });

  test('stay where they are of a subresource', () => {
    const status = entry(KUBECTL, 'Update', ['ready'], { subresource: 'status' });
    expect(takeOverFields([status], [KUBECTL], US)).toBeNull();
    expect(takeOverFields([status, entry(KUBECTL, 'Update', ['a'])], [KUBECTL], US)).toEqual([
      status,
      entry(US, 'Apply', ['a']),
    ]);
  });

  test('are merely let go where they are of another API version than ours', () => {
    const old = entry(KUBECTL, 'Update', ['old'], { apiVersion: 'v1beta1' });
    const entries = [old, entry(US, 'Apply', ['a'])];
    expect(takeOverFields(entries, [KUBECTL], US)).toEqual([entry(US, 'Apply', ['a'])]);
  });

  test('are of the version of the newest, where we have none', () => {
    const old = entry(KUBECTL, 'Update', ['old'], { apiVersion: 'v1beta1', time: '2025-01-01T00:00:00Z' });
    const recent = entry('helm', 'Update', ['new'], { time: '2026-01-01T00:00:00Z' });
    expect(takeOverFields([recent, old], [KUBECTL, 'helm'], US)).toEqual([
      { ...recent, manager: US, operation: 'Apply' },
    ]);
  });

  test.each<[string, readonly ManagedFieldsEntry[], readonly string[]]>([
    ['there is none', [], [KUBECTL]],
    ['none is of those named', [entry('helm', 'Update', ['a'])], [KUBECTL]],
    ['all is ours already', [entry(US, 'Apply', ['a'])], [US, KUBECTL]],
    ['none is named', [entry(KUBECTL, 'Update', ['a'])], []],
  ])('are nothing to do where %s', (_title, entries, from) => {
    expect(takeOverFields(entries, from, US)).toBeNull();
  });

  test('are taken over once: the second time there is nothing to do', () => {
    const first = takeOverFields([entry(KUBECTL, 'Update', ['a'])], [KUBECTL], US) ?? [];
    expect(takeOverFields(first, [KUBECTL], US)).toBeNull();
  });
});

describe('what an apply leaves without an owner', () => {
  test('is what the managers had that let go, and neither we nor others have', () => {
    const applied = [
      entry(US, 'Apply', ['ours', 'both']),
      entry(KUBECTL, 'Update', ['both', 'stale', 'shared']),
      entry('flux', 'Apply', ['shared']),
    ];
    const { abandoned, kept } = ownershipWithout(applied, [KUBECTL], US);
    expect(abandoned).toEqual({ 'f:data': { 'f:stale': {} } });
    expect(kept).toEqual({ 'f:data': { 'f:ours': {}, 'f:both': {}, 'f:shared': {} } });
  });

  test('leaves our own entry, and those of subresources, whoever is named', () => {
    const status = entry(KUBECTL, 'Update', ['ready'], { subresource: 'status' });
    const applied = [
      entry(US, 'Apply', ['a']),
      entry(US, 'Update', ['b']),
      status,
      entry(KUBECTL, 'Update', ['c']),
    ];
    const { entries } = ownershipWithout(applied, [KUBECTL, US], US);
    expect(entries).toEqual([entry(US, 'Apply', ['a']), status]);
  });

  test('is nothing of another API version than ours', () => {
    const old = entry(KUBECTL, 'Update', ['stale'], { apiVersion: 'v1beta1' });
    const { abandoned } = ownershipWithout([entry(US, 'Apply', ['a']), old], [KUBECTL], US);
    expect(abandoned).toEqual({});
  });
});
