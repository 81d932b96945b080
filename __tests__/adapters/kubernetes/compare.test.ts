import { describe, expect, test } from '@jest/globals';
import {
  holdsContent,
  isPatchInEffect,
  isSameContent,
  judgeJsonPatch,
} from '../../../src/adapters/kubernetes/compare.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';

function object(spec: unknown, metadata: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', ...metadata }, spec };
}

const SERVER = {
  resourceVersion: '7',
  uid: 'u',
  creationTimestamp: '2026-01-01T00:00:00Z',
  generation: 3,
  managedFields: [{ manager: 'm' }],
};

describe('an object holds what was sent', () => {
  test.each<[string, unknown, unknown, boolean]>([
    ['the same', { a: 1, list: [1, { b: 2 }] }, { a: 1, list: [1, { b: 2 }] }, true],
    [
      'with defaults of the server',
      { a: 1, b: 'default', list: [{ c: 1, d: 2 }] },
      { a: 1, list: [{ c: 1 }] },
      true,
    ],
    ['without empty lists and maps', { a: 1 }, { a: 1, list: [], map: {}, nothing: null }, true],
    ['with another value', { a: 2 }, { a: 1 }, false],
    ['with a value of another type', { a: '1' }, { a: 1 }, false],
    ['with something missing', {}, { a: 1 }, false],
    ['with one more list item', { list: [1, 2] }, { list: [1] }, false],
    ['with list items in another order', { list: [2, 1] }, { list: [1, 2] }, false],
    ['with a text in the place of a map', { a: 'x' }, { a: { b: 1 } }, false],
    ['with an empty text', { a: '' }, { a: '' }, true],
    ['with no text in the place of an empty one', {}, { a: '' }, false],
  ])('%s', (_title, live, sent, expected) => {
    expect(holdsContent(object(live), object(sent))).toBe(expected);
  });

  test('whatever its status, and what only the server writes', () => {
    const sent = { ...object({ a: 1 }, { uid: 'other', resourceVersion: '1' }), status: { phase: 'none' } };
    expect(holdsContent({ ...object({ a: 1 }, SERVER), status: { phase: 'Running' } }, sent)).toBe(true);
  });

  test('with its labels', () => {
    const sent = object({}, { labels: { a: '1' } });
    expect(holdsContent(object({}, { labels: { a: '1', more: '2' } }), sent)).toBe(true);
    expect(holdsContent(object({}, { labels: { a: '2' } }), sent)).toBe(false);
  });
});

describe('an object is what was sent', () => {
  test('also where the server wrote its own', () => {
    const live = { ...object({ a: 1 }, SERVER), status: { phase: 'Running' } };
    expect(isSameContent(live, object({ a: 1, empty: {} }))).toBe(true);
  });

  test.each<[string, KubernetesObject, KubernetesObject]>([
    ['more', object({ a: 1, b: 2 }), object({ a: 1 })],
    ['less', object({ a: 1 }), object({ a: 1, b: 2 })],
    ['a label more', object({ a: 1 }, { labels: { a: '1' } }), object({ a: 1 })],
  ])('and not %s', (_title, live, sent) => {
    expect(isSameContent(live, sent)).toBe(false);
  });
});

describe('a merge patch', () => {
  const live = { a: 1, map: { b: 2, list: [1, 2] } };

  test.each<[string, unknown]>([
    ['sets what is so', { a: 1, map: { b: 2 } }],
    ['takes away what is not there', { none: null, map: { none: null }, other: { none: null } }],
    ['sets a list that is so', { map: { list: [1, 2] } }],
    ['says nothing', {}],
    ['sets a map that is there to nothing new', { map: {} }],
  ])('is in effect where it %s', (_title, patch) => {
    expect(isPatchInEffect(live, patch)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['sets another value', { a: 2 }],
    ['takes away what is there', { a: null }],
    ['takes away what is there, further down', { map: { b: null } }],
    ['sets what is not there', { none: 1 }],
    ['sets a shorter list', { map: { list: [1] } }],
    ['empties a list', { map: { list: [] } }],
    ['sets a map in the place of a value', { a: { b: 1 } }],
    ['sets an empty map where there is none', { none: {} }],
    ['sets an empty map in the place of a value', { map: { b: {} } }],
  ])('is not in effect where it %s', (_title, patch) => {
    expect(isPatchInEffect(live, patch)).toBe(false);
  });
});

describe('a JSON patch whose outcome is not known', () => {
  const live = object({ a: 1, map: { 'x/y': 'z', 't~u': 'v' } });

  test.each<[string, readonly Readonly<Record<string, unknown>>[]]>([
    ['all its values are there', [{ op: 'replace', path: '/spec/a', value: 1 }]],
    [
      'its paths have escapes',
      [
        { op: 'add', path: '/spec/map/x~1y', value: 'z' },
        { op: 'add', path: '/spec/map/t~0u', value: 'v' },
      ],
    ],
    ['what it removes is not there', [{ op: 'remove', path: '/spec/none' }]],
    [
      'a test would fail by now',
      [
        { op: 'test', path: '/spec/a', value: 0 },
        { op: 'replace', path: '/spec/a', value: 1 },
      ],
    ],
  ])('is in effect where %s', (_title, patch) => {
    expect(judgeJsonPatch(live, patch)).toBe('in-effect');
  });

  test.each<[string, readonly Readonly<Record<string, unknown>>[]]>([
    ['a value is another', [{ op: 'replace', path: '/spec/a', value: 2 }]],
    ['a value is not there', [{ op: 'add', path: '/spec/none', value: 2 }]],
    ['an empty map is not there', [{ op: 'add', path: '/spec/none', value: {} }]],
  ])('may be repeated where %s', (_title, patch) => {
    expect(judgeJsonPatch(live, patch)).toBe('repeatable');
  });

  test.each<[string, readonly Readonly<Record<string, unknown>>[]]>([
    ['it names a place in a list', [{ op: 'add', path: '/spec/list/0', value: 1 }]],
    ['it adds to the end of a list', [{ op: 'add', path: '/spec/list/-', value: 1 }]],
    ['it moves', [{ op: 'move', from: '/spec/a', path: '/spec/b' }]],
    [
      'what it removes is still there: it would fail where it was done and undone',
      [{ op: 'remove', path: '/spec/a' }],
    ],
  ])('is unclear where %s', (_title, patch) => {
    expect(judgeJsonPatch(live, patch)).toBe('unclear');
  });
});
