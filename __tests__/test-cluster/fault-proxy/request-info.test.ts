import { describe, expect, test } from '@jest/globals';
import {
  describeRequest,
  type RequestInfo,
  type RequestLine,
} from '../../../test-cluster/fault-proxy/request-info.js';

const DAEMON_SETS = '/apis/apps/v1/namespaces/kube-system/daemonsets';

function describeLine(line: string, rest: Partial<RequestLine> = {}): RequestInfo {
  const [method = '', url = ''] = line.split(' ');
  return describeRequest({ method, url, contentType: 'application/json', body: '', ...rest });
}

describe('a request is named as RBAC names it', () => {
  test.each<[string, Partial<RequestInfo>]>([
    ['GET /api/v1/nodes', { verb: 'list', group: '', resource: 'nodes', namespace: '', name: '' }],
    ['GET /api/v1/nodes/node-1', { verb: 'get', resource: 'nodes', name: 'node-1' }],
    ['GET /api/v1/namespaces', { verb: 'list', resource: 'namespaces' }],
    ['GET /api/v1/namespaces/n', { verb: 'get', resource: 'namespaces', name: 'n', namespace: '' }],
    [
      'PUT /api/v1/namespaces/n/finalize',
      { resource: 'namespaces', name: 'n', subresource: 'finalize', namespace: '' },
    ],
    ['GET /api/v1/namespaces/n/pods', { verb: 'list', resource: 'pods', namespace: 'n', name: '' }],
    [`GET ${DAEMON_SETS}`, { verb: 'list', group: 'apps', resource: 'daemonsets', namespace: 'kube-system' }],
    [`GET ${DAEMON_SETS}/calico%2Dnode`, { verb: 'get', name: 'calico-node' }],
    [`GET ${DAEMON_SETS}?watch=true`, { verb: 'watch' }],
    [`GET ${DAEMON_SETS}?watch=1&fieldSelector=metadata.name%3Da`, { verb: 'watch' }],
    [`GET ${DAEMON_SETS}?watch=false`, { verb: 'list' }],
    [`POST ${DAEMON_SETS}`, { verb: 'create' }],
    [`PUT ${DAEMON_SETS}/a`, { verb: 'update', subresource: '' }],
    [`PATCH ${DAEMON_SETS}/a/status`, { verb: 'patch', subresource: 'status', name: 'a' }],
    [`DELETE ${DAEMON_SETS}/a`, { verb: 'delete' }],
    [`DELETE ${DAEMON_SETS}`, { verb: 'deletecollection' }],
    ['POST /api/v1/namespaces/n/pods/p/eviction', { verb: 'create', subresource: 'eviction' }],
    ['GET /api/v1/namespaces/n/pods/p/log?container=c', { verb: 'get', subresource: 'log' }],
    ['GET /api/v1/namespaces/n/pods/p/exec?command=a', { verb: 'connect', subresource: 'exec' }],
    ['POST /api/v1/namespaces/n/services/s:80/proxy/a/b', { verb: 'connect', resource: 'services' }],
  ])('%s', (line, expected) => {
    expect(describeLine(line)).toMatchObject(expected);
  });

  test('an apply is told from other patches by its type', () => {
    const verbOf = (contentType: string): string =>
      describeLine(`PATCH ${DAEMON_SETS}/a`, { contentType }).verb;
    expect(verbOf('application/apply-patch+yaml')).toBe('apply');
    expect(verbOf('application/strategic-merge-patch+json')).toBe('patch');
  });

  test.each([
    '/version',
    '/readyz',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1',
    '/openapi/v3',
  ])('%s is no list of anything', (path) => {
    expect(describeLine(`GET ${path}`)).toMatchObject({ verb: 'get', resource: '', isWrite: false });
  });
});

test.each<[string, string, boolean]>([
  [`POST ${DAEMON_SETS}`, '', true],
  [`PUT ${DAEMON_SETS}/a`, '', true],
  [`PATCH ${DAEMON_SETS}/a`, '', true],
  [`DELETE ${DAEMON_SETS}/a`, '{"kind":"DeleteOptions"}', true],
  ['POST /api/v1/namespaces/n/pods/p/eviction', '', true],
  [`POST ${DAEMON_SETS}?dryRun=All`, '', false],
  [`DELETE ${DAEMON_SETS}/a`, '{"kind":"DeleteOptions","dryRun":["All"]}', false],
  ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '', false],
  ['POST /apis/authorization.k8s.io/v1/subjectaccessreviews', '', false],
  ['POST /apis/authentication.k8s.io/v1/tokenreviews', '', false],
  ['POST /api/v1/namespaces/n/pods/p/exec?command=a', '', false],
  ['GET /api/v1/namespaces/n/pods/p/exec?command=a', '', false],
  [`GET ${DAEMON_SETS}`, '', false],
  ['GET /api/v1/nodes?watch=true', '', false],
])('%s %s is a write: %p', (line, body, isWrite) => {
  expect(describeLine(line, { body }).isWrite).toBe(isWrite);
});

test('a further page is told from the first', () => {
  expect(describeLine(`GET ${DAEMON_SETS}?limit=5`).isContinued).toBe(false);
  expect(describeLine(`GET ${DAEMON_SETS}?limit=5&continue=abc`).isContinued).toBe(true);
});
