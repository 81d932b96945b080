import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  differenceOf,
  type FieldSet,
  isEmpty,
  unionOf,
  withoutFields,
} from '../../../src/adapters/kubernetes/field-set.js';

const keys = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"');

/** Sets as the API server writes them: `.` only beside other fields. */
const fieldSets: fc.Arbitrary<FieldSet> = fc.letrec<{ set: FieldSet; node: FieldSet }>((tie) => ({
  set: fc.dictionary(keys, tie('node'), { maxKeys: 3 }),
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constant({}),
    fc
      .tuple(fc.boolean(), fc.dictionary(keys, tie('node'), { minKeys: 1, maxKeys: 3 }))
      .map(([isItself, below]) => (isItself ? { '.': {}, ...below } : below)),
  ),
})).set;

/** The fields of a set, each as the path of its keys. */
function pathsOf(set: FieldSet, path = ''): readonly string[] {
  return Object.entries(set).flatMap(([key, below]) => {
    if (key === '.') return [path];
    return isEmpty(below) ? [`${path}/${key}`] : pathsOf(below, `${path}/${key}`);
  });
}

const sorted = (paths: readonly string[]): readonly string[] => [...new Set(paths)].sort();

describe('sets of fields', () => {
  test('united have the fields of both', () => {
    fc.assert(
      fc.property(fieldSets, fieldSets, (left, right) => {
        expect(sorted(pathsOf(unionOf(left, right)))).toEqual(sorted([...pathsOf(left), ...pathsOf(right)]));
      }),
    );
  });

  test('subtracted have the fields of the first that the second has not', () => {
    fc.assert(
      fc.property(fieldSets, fieldSets, (left, right) => {
        const gone = pathsOf(right);
        const expected = pathsOf(left).filter((path) => !gone.includes(path));
        expect(sorted(pathsOf(differenceOf(left, right)))).toEqual(sorted(expected));
      }),
    );
  });

  test('are left as they were', () => {
    fc.assert(
      fc.property(fieldSets, fieldSets, (left, right) => {
        const before = JSON.stringify([left, right]);
        unionOf(left, right);
        differenceOf(left, right);
        expect(JSON.stringify([left, right])).toBe(before);
      }),
    );
  });

  test('say of a field with more below it whether it is in the set itself', () => {
    const below = { 'f:a': { 'f:b': {} } };
    expect(unionOf({ 'f:a': {} }, below)).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
    expect(differenceOf({ 'f:a': { '.': {}, 'f:b': {} } }, { 'f:a': {} })).toEqual(below);
    expect(differenceOf({ 'f:a': {} }, below)).toEqual({ 'f:a': {} });
  });
});

describe('an object without fields', () => {
  const item = (name: string, rest: object = {}): object => ({ name, ...rest });

  test('lacks these, and nothing else', () => {
    const object = { spec: { a: 1, b: { c: 2, d: 3 } }, status: { e: 4 } };
    const set = { 'f:spec': { 'f:b': { 'f:c': {} } }, 'f:none': {}, 'f:status': { 'f:none': {} } };
    expect(withoutFields(object, set)).toEqual({ spec: { a: 1, b: { d: 3 } }, status: { e: 4 } });
  });

  test('lacks list items that are named by their keys, with what nobody owns in them', () => {
    const ports = [
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP', defaulted: true },
    ];
    const set = { 'f:ports': { 'k:{"containerPort":80,"protocol":"UDP"}': { '.': {}, 'f:protocol': {} } } };
    expect(withoutFields({ ports }, set)).toEqual({ ports: [ports[0]] });
  });

  test('lacks list items that are named by their value', () => {
    const object = { finalizers: ['a.example/1', 'b.example/2'] };
    expect(withoutFields(object, { 'f:finalizers': { 'v:"a.example/1"': {} } })).toEqual({
      finalizers: ['b.example/2'],
    });
  });

  test('keeps a list item of which only a field is named', () => {
    const set = { 'f:env': { 'k:{"name":"x"}': { 'f:value': {} } } };
    expect(withoutFields({ env: [item('x', { value: '1' })] }, set)).toEqual({ env: [item('x')] });
  });

  test('keeps a list item in which somebody else has a field', () => {
    const set = { 'f:env': { 'k:{"name":"x"}': { '.': {}, 'f:value': {} } } };
    const kept = { 'f:env': { 'k:{"name":"x"}': { 'f:other': {} } } };
    expect(withoutFields({ env: [item('x', { value: '1', other: '2' })] }, set, kept)).toEqual({
      env: [item('x', { other: '2' })],
    });
  });

  test('keeps what somebody else has as a whole', () => {
    const set = { 'f:labels': { '.': {}, 'f:ours': {} } };
    expect(withoutFields({ labels: { ours: '1', theirs: '2' } }, set, { 'f:labels': {} })).toEqual({
      labels: { theirs: '2' },
    });
  });

  test('is the same where the set names nothing that it has', () => {
    const object = { list: [1, null, 'a', { name: 'x' }], nothing: null, text: 'a' };
    const set = { 'f:list': { 'k:{"name":"y"}': {}, 'i:0': {} }, 'f:text': { 'f:below': {} } };
    expect(withoutFields(object, set)).toEqual(object);
    expect(withoutFields(object, {})).toEqual(object);
  });
});
