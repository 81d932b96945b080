import { describe, expect, test } from '@jest/globals';
import {
  collectionPath,
  createKinds,
  groupVersionPath,
  nameOf,
  nameOfAll,
  objectPath,
} from '../../../src/adapters/kubernetes/kinds.js';
import { RequestFailure } from '../../../src/adapters/kubernetes/request-failure.js';
import type { Requests } from '../../../src/adapters/kubernetes/requests.js';
import type { ServedKind } from '../../../src/ports/cluster-client.js';

const POD: ServedKind = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true, verbs: [] };
const NODE: ServedKind = { ...POD, kind: 'Node', plural: 'nodes', isNamespaced: false };
const POLICY: ServedKind = { ...POD, apiVersion: 'crd.projectcalico.org/v1', plural: 'networkpolicies' };

describe('paths', () => {
  test.each<[string, string]>([
    [groupVersionPath('v1'), '/api/v1'],
    [groupVersionPath('apps/v1'), '/apis/apps/v1'],
    [collectionPath(POD, null), '/api/v1/pods'],
    [collectionPath(POD, 'n'), '/api/v1/namespaces/n/pods'],
    [collectionPath(NODE, 'n'), '/api/v1/nodes'],
    [collectionPath(POLICY, 'n'), '/apis/crd.projectcalico.org/v1/namespaces/n/networkpolicies'],
    [objectPath(NODE, { namespace: null, name: 'a' }), '/api/v1/nodes/a'],
    [objectPath(POD, { namespace: 'n', name: 'a' }), '/api/v1/namespaces/n/pods/a'],
  ])('%s', (path, expected) => {
    expect(path).toBe(expected);
  });

  test('cannot be left by a name', () => {
    const name = '../../secrets?x=#/a';
    expect(objectPath(POD, { namespace: name, name })).toBe(
      '/api/v1/namespaces/..%2F..%2Fsecrets%3Fx%3D%23%2Fa/pods/..%2F..%2Fsecrets%3Fx%3D%23%2Fa',
    );
    expect(groupVersionPath('a b/v1?x')).toBe('/apis/a%20b/v1%3Fx');
  });
});

test('messages name an object with its namespace where it has one', () => {
  expect(nameOf({ ...POD, namespace: 'n', name: 'a' })).toBe('Pod n/a');
  expect(nameOf({ ...NODE, namespace: null, name: 'a' })).toBe('Node a');
  expect(nameOfAll(POD, 'n')).toBe('all Pod objects of the namespace n');
  expect(nameOfAll(POD, null)).toBe('all Pod objects');
});

describe('kinds', () => {
  /** Answers reads of paths by what `lists` has at that time, and remembers them. */
  function requestsOf(lists: Readonly<Record<string, readonly string[] | number>>): Pick<Requests, 'read'> & {
    readonly asked: string[];
  } {
    const asked: string[] = [];
    return {
      asked,
      read({ path }, parse) {
        asked.push(path);
        const found = lists[path] ?? 404;
        if (typeof found === 'number')
          return Promise.reject(new RequestFailure('', { kind: 'refused', status: found }));
        const resources = found.map((kind) => ({
          name: kind.toLowerCase(),
          kind,
          namespaced: true,
          verbs: [],
        }));
        const text = JSON.stringify({ groupVersion: path.replace('/apis/', ''), resources });
        return Promise.resolve(parse({ text, contentType: 'application/json', date: null }));
      },
    };
  }
  const widget = { apiVersion: 'x.example/v1', kind: 'Widget' };

  test('are asked for once', async () => {
    const requests = requestsOf({ '/apis/x.example/v1': ['Widget', 'Gadget'] });
    const kinds = createKinds(requests as unknown as Requests);
    expect(await kinds.find(widget)).toMatchObject({ ...widget, plural: 'widget' });
    expect(await kinds.get({ ...widget, kind: 'Gadget' })).toMatchObject({ kind: 'Gadget' });
    expect(requests.asked).toEqual(['/apis/x.example/v1']);
  });

  test('that are not known are asked for again: they may have come', async () => {
    const lists: Record<string, readonly string[]> = {};
    const kinds = createKinds(requestsOf(lists) as unknown as Requests);
    expect(await kinds.find(widget)).toBeNull();
    await expect(kinds.get(widget)).rejects.toMatchObject({ status: 404, code: 'UNKNOWN_KIND' });
    lists['/apis/x.example/v1'] = ['Gadget'];
    expect(await kinds.find(widget)).toBeNull();
    lists['/apis/x.example/v1'] = ['Gadget', 'Widget'];
    expect(await kinds.find(widget)).toMatchObject(widget);
  });

  test('are not said to be unknown where the server would not say', async () => {
    const kinds = createKinds(requestsOf({ '/apis/x.example/v1': 403 }) as unknown as Requests);
    await expect(kinds.find(widget)).rejects.toMatchObject({ status: 403 });
  });
});
