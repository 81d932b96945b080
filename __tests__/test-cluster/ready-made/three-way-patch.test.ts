import { describe, expect, it } from '@jest/globals';
import {
  mergePatch,
  strategicPatch,
  type ThreeWay,
} from '../../../test-cluster/ready-made/three-way-patch.js';

const env = (...names: readonly string[]): { name: string; value: string }[] =>
  names.map((name) => ({ name, value: name.toLowerCase() }));

describe('strategicPatch', () => {
  const cases: readonly (readonly [title: string, three: ThreeWay, patch: unknown])[] = [
    [
      'nothing where all is there already',
      { original: { a: 1 }, modified: { a: 1 }, current: { a: 1, b: 2 } },
      null,
    ],
    ['what is new', { original: null, modified: { a: { b: 1 } }, current: { a: { c: 2 } } }, { a: { b: 1 } }],
    [
      'null for what was applied and is no longer wanted',
      { original: { a: 1, b: 2 }, modified: { b: 2 }, current: { a: 1, b: 2 } },
      { a: null },
    ],
    [
      'nothing of what others added',
      { original: { b: 2 }, modified: { b: 2 }, current: { a: 1, b: 2 } },
      null,
    ],
    [
      'items of a list by their name, with their order',
      {
        original: { env: env('A', 'B') },
        modified: { env: env('A', 'C') },
        current: { env: env('A', 'B', 'MINE') },
      },
      {
        '$setElementOrder/env': [{ name: 'A' }, { name: 'C' }],
        env: [
          { name: 'C', value: 'c' },
          { $patch: 'delete', name: 'B' },
        ],
      },
    ],
    [
      'ports of a container by their number in it',
      {
        original: null,
        modified: { ports: [{ containerPort: 80, name: 'web' }] },
        current: { ports: [{ containerPort: 80, protocol: 'TCP' }] },
      },
      { '$setElementOrder/ports': [{ containerPort: 80 }], ports: [{ containerPort: 80, name: 'web' }] },
    ],
    [
      'a list without keys as a whole',
      { original: null, modified: { args: ['a', 'b'] }, current: { args: ['a'] } },
      { args: ['a', 'b'] },
    ],
  ];

  it.each(cases)('has %s', (_, three, patch) => {
    expect(strategicPatch(three)).toEqual(patch);
  });
});

describe('mergePatch', () => {
  it('replaces a list of a custom resource as a whole', () => {
    const three = { original: null, modified: { env: env('A') }, current: { env: env('A', 'B') } };
    expect(mergePatch(three)).toEqual({ env: env('A') });
  });
});
