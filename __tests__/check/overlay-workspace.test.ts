import { expect, test } from '@jest/globals';
import { overlayWorkspace } from '../../src/check/overlay-workspace.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const head = createFakeWorkspace({
  'a/kept.yaml': 'kept',
  'a/changed.yaml': 'new',
  'added.yaml': 'added',
  link: '-> a',
});
const base = overlayWorkspace(
  head,
  new Map([
    ['a/changed.yaml', bytes('old')],
    ['added.yaml', null],
    ['a/deleted.yaml', bytes('deleted')],
    ['node_modules/x.yaml', bytes('excluded')],
  ]),
);
const isExcluded = (path: string): boolean => path.startsWith('node_modules');

test('lists what was there before the change', () => {
  expect(base.list('', isExcluded)).toEqual({
    files: ['a/changed.yaml', 'a/deleted.yaml', 'a/kept.yaml'],
    links: [{ path: 'link', target: 'a' }],
    skipped: [],
  });
  expect(base.list('a', isExcluded).files).toEqual(['a/changed.yaml', 'a/deleted.yaml', 'a/kept.yaml']);
  expect(base.list('b', isExcluded).files).toEqual([]);
});

test.each([
  ['a/kept.yaml', 'kept'],
  ['a/changed.yaml', 'old'],
  ['a/deleted.yaml', 'deleted'],
])('reads %s as it was', (path, text) => {
  const read = base.read(path, 100);
  expect(typeof read === 'string' ? read : new TextDecoder().decode(read)).toBe(text);
});

test('a file that was not there cannot be read, and a large one is too large', () => {
  expect([base.read('added.yaml', 100), base.read('a/changed.yaml', 2)]).toEqual(['unreadable', 'too-large']);
});
