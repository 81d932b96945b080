import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { clusterErrorOf } from '../../ports/cluster-client-contract.js';
import { type ApiStandIn, startApiStandIn } from './api-stand-in.js';
import { createQuickClient } from './quick-client.js';
import { renderKubeconfig } from './render-kubeconfig.js';

// client-node takes its time to load.
jest.setTimeout(30_000);

const VERBS = ['get', 'list'];
const resource = (name: string, kind: string, namespaced = true): object => ({
  name,
  kind,
  namespaced,
  verbs: VERBS,
});
const resources = (groupVersion: string, ...list: readonly object[]): object => ({
  kind: 'APIResourceList',
  groupVersion,
  resources: list,
});
const group = (name: string, ...versions: readonly string[]): object => ({
  name,
  versions: versions.map((version) => ({ groupVersion: `${name}/${version}`, version })),
});
const served = (apiVersion: string, kind: string, plural: string, isNamespaced = true): object => ({
  apiVersion,
  kind,
  plural,
  isNamespaced,
  verbs: VERBS,
});

/** A server from before Kubernetes 1.26, which knows no aggregated discovery. */
const CLASSIC: Readonly<Record<string, object | number>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': resources(
    'v1',
    resource('pods', 'Pod'),
    resource('pods/log', 'Pod'),
    resource('nodes', 'Node', false),
  ),
  '/apis': {
    kind: 'APIGroupList',
    groups: [group('apps', 'v1'), group('metrics.k8s.io', 'v1', 'v1beta1'), group('crd.example', 'v1', 'v2')],
  },
  '/apis/apps/v1': resources('apps/v1', resource('daemonsets', 'DaemonSet')),
  '/apis/metrics.k8s.io/v1': 503,
  '/apis/metrics.k8s.io/v1beta1': 503,
  '/apis/crd.example/v1': resources('crd.example/v1', resource('widgets', 'Widget')),
  '/apis/crd.example/v2': resources('crd.example/v2', resource('widgets', 'Widget')),
};

let api: ApiStandIn;
let client: ClusterClient;

beforeEach(async () => {
  api = await startApiStandIn();
  const { certificate: authority } = api.authority;
  client = await createQuickClient(renderKubeconfig({ server: api.server, authority, token: 't' }));
});

afterEach(() => api.stop());

/** Answers by path: with a body, or with a status. */
function serve(paths: Readonly<Record<string, object | number>>, contentType = 'application/json'): void {
  api.respond = ({ url }, response): void => {
    const found = paths[url] ?? 404;
    const status = typeof found === 'number' ? found : 200;
    response.writeHead(status, { 'content-type': contentType });
    response.end(
      JSON.stringify(typeof found === 'number' ? { kind: 'Status', code: status, message: 'no' } : found),
    );
  };
}

describe('a server that does not aggregate discovery', () => {
  test('is asked group by group, and version by version', async () => {
    serve(CLASSIC);
    const { kinds } = await client.discover();
    expect(kinds).toEqual([
      served('v1', 'Pod', 'pods'),
      served('v1', 'Node', 'nodes', false),
      served('apps/v1', 'DaemonSet', 'daemonsets'),
      served('crd.example/v1', 'Widget', 'widgets'),
      served('crd.example/v2', 'Widget', 'widgets'),
    ]);
    expect(api.seen[0]?.headers.accept).toContain('as=APIGroupDiscoveryList');
  });

  test('names a group that does not answer once, and has all others', async () => {
    serve(CLASSIC);
    expect((await client.discover()).failedGroups).toEqual(['metrics.k8s.io']);
  });

  test('is not waited for where an API that it aggregates is away', async () => {
    serve(CLASSIC);
    const answer = api.respond;
    api.respond = (request, response): void => {
      if (!request.url.startsWith('/apis/metrics.k8s.io/')) answer?.(request, response);
      else response.writeHead(503, { 'content-type': 'text/plain' }).end('service unavailable\n');
    };
    expect((await client.discover()).failedGroups).toEqual(['metrics.k8s.io']);
    expect(api.seen.filter(({ url }) => url === '/apis/metrics.k8s.io/v1')).toHaveLength(1);
  });

  test('is asked again where an answer is lost', async () => {
    serve(CLASSIC);
    const answer = api.respond;
    let isFirst = true;
    api.respond = (request, response): void => {
      if (request.url !== '/apis/apps/v1' || !isFirst) answer?.(request, response);
      else response.destroy();
      isFirst &&= request.url !== '/apis/apps/v1';
    };
    expect((await client.discover()).kinds.map(({ kind }) => kind)).toContain('DaemonSet');
  });

  test('is an error where the list of groups cannot be had', async () => {
    serve({ ...CLASSIC, '/apis': 403 });
    expect(await clusterErrorOf(client.discover())).toMatchObject({ verb: 'discover', status: 403 });
  });

  test('may have no groups at all', async () => {
    serve({ '/api': { versions: ['v1'] }, '/api/v1': resources('v1'), '/apis': {} });
    expect(await client.discover()).toEqual({ kinds: [], failedGroups: [] });
  });
});

describe('a server that aggregates discovery', () => {
  const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const version = (name: string, freshness: string, ...list: readonly object[]): object => ({
    version: name,
    freshness,
    resources: list,
  });
  const found = (name: string, kind: string, scope = 'Namespaced'): object => ({
    resource: name,
    responseKind: { group: '', version: '', kind },
    scope,
    verbs: VERBS,
  });

  test('is asked twice', async () => {
    serve(
      {
        '/api': {
          items: [{ metadata: {}, versions: [version('v1', 'Current', found('nodes', 'Node', 'Cluster'))] }],
        },
        '/apis': {
          items: [
            {
              metadata: { name: 'apps' },
              versions: [version('v1', 'Current', found('daemonsets', 'DaemonSet'))],
            },
          ],
        },
      },
      AGGREGATED,
    );
    expect(await client.discover()).toEqual({
      kinds: [served('v1', 'Node', 'nodes', false), served('apps/v1', 'DaemonSet', 'daemonsets')],
      failedGroups: [],
    });
    expect(api.seen).toHaveLength(2);
  });

  test('does not pass off as served what a group that does not answer said before', async () => {
    const stale = version('v3', 'Stale', found('globalnetworkpolicies', 'GlobalNetworkPolicy', 'Cluster'));
    serve(
      {
        '/api': { items: [] },
        '/apis': { items: [{ metadata: { name: 'projectcalico.org' }, versions: [stale] }] },
      },
      AGGREGATED,
    );
    expect(await client.discover()).toEqual({ kinds: [], failedGroups: ['projectcalico.org'] });
  });
});
