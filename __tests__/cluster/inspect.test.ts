import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inspect } from '../../src/cluster/inspect.js';
import { ClusterError } from '../../src/errors.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import {
  calicoNode,
  cluster,
  installation,
  node,
  object,
  operatorNode,
  pod,
  podsOf,
  tigeraOperator,
} from './build.js';
import { createObjectsClient, type ObjectsClientOptions } from './objects-client.js';
import { stateOf } from './state-of.js';

const CRD = 'crd.projectcalico.org/v1';
const policies = (count: number): KubernetesObject[] =>
  Array.from({ length: count }, (_, index) =>
    object(
      CRD,
      'NetworkPolicy',
      { name: `default.p-${index}`, namespace: 'default' },
      { spec: { tier: 'default' } },
    ),
  );
const refuse = (kind: string, status: number): ObjectsClientOptions => ({
  refuse: (asked) => (asked.kind === kind ? status : null),
});

describe('inspect', () => {
  test('says which cluster it is', async () => {
    const state = await stateOf([], { gitVersion: 'v1.33.5-gke.1162000' });
    expect(state).toMatchObject({
      uid: '0f9c1d5e-1111-4222-8333-444455556666',
      server: 'https://cluster.example',
      kubernetes: { version: { major: 1, minor: 33, patch: 5 }, gitVersion: 'v1.33.5-gke.1162000' },
      calico: null,
      unreadable: [],
    });
    expect(state.nodes.map(({ name }) => name)).toEqual(['node-1', 'node-2']);
  });

  test('reads large kinds page by page: a request for every 500 objects', async () => {
    const client = createObjectsClient([...cluster(), calicoNode('v3.28.2'), ...policies(1201)]);
    const state = await inspect(client);
    expect(state.calico?.data.counts['networkpolicies.crd.projectcalico.org']).toBe(1201);
    expect(
      client.asked.filter(({ kind, apiVersion }) => kind === 'NetworkPolicy' && apiVersion === CRD),
    ).toHaveLength(3);
  });

  test.each([
    ['by one small request where the server says how many follow', true, 1],
    ['by their names where it does not', false, 4],
  ])('counts IPAM’s objects %s', async (_, saysRemaining, requests) => {
    const blocks = Array.from({ length: 1201 }, (_, index) =>
      object(CRD, 'IPAMBlock', { name: `b-${index}` }),
    );
    const client = createObjectsClient([...cluster(), calicoNode('v3.28.2'), ...blocks], { saysRemaining });
    const state = await inspect(client);
    expect(state.calico?.data.counts['ipamblocks.crd.projectcalico.org']).toBe(1201);
    expect(client.asked.filter(({ kind }) => kind === 'IPAMBlock')).toHaveLength(requests);
  });

  test('a list that begins anew is not counted twice', async () => {
    const { calico } = await stateOf([calicoNode('v3.28.2'), ...policies(1201)], {
      restarts: 'NetworkPolicy',
    });
    expect(calico?.data.counts['networkpolicies.crd.projectcalico.org']).toBe(1201);
    expect(calico?.data.policiesByTier).toEqual({ 'default/NetworkPolicy': 1201 });
  });

  test('shows every stored object to whoever looks on, IPAM’s run-time state left out', async () => {
    const seen: string[] = [];
    const client = createObjectsClient([
      ...cluster(),
      calicoNode('v3.28.2'),
      ...policies(2),
      object(CRD, 'IPAMBlock', { name: 'b' }),
      object(CRD, 'IPPool', { name: 'pool' }, { spec: { cidr: '10.0.0.0/16' } }),
    ]);
    await inspect(client, { observe: ({ kind, metadata }) => seen.push(`${kind} ${metadata.name}`) });
    expect(seen.sort()).toEqual(['IPPool pool', 'NetworkPolicy default.p-0', 'NetworkPolicy default.p-1']);
  });

  test('two readings of the same cluster are the same state', async () => {
    const objects = [calicoNode('v3.28.2'), ...policies(3), node('a-first')];
    expect(await stateOf(objects)).toEqual(await stateOf(objects.toReversed().toReversed()));
  });
});

describe('what cannot be read', () => {
  test('a kind that is forbidden is noted with what it hides, and the rest is read', async () => {
    const state = await stateOf([calicoNode('v3.28.2'), ...policies(3)], refuse('Pod', 403));
    expect(state.calico?.data.policiesByTier).toEqual({ 'default/NetworkPolicy': 3 });
    expect(state.podCount).toBeNull();
    expect(state.unreadable).toEqual([
      {
        resource: 'pods',
        reason: 'The API server refused to list Pod.',
        isForbidden: true,
        hides: 'which versions run, what room nodes have, and which pods carry Dikastes',
      },
    ]);
  });

  test('a kind whose server fails is noted, not forbidden', async () => {
    const { unreadable } = await stateOf(
      [calicoNode('v3.28.2'), ...policies(1)],
      refuse('NetworkPolicy', 503),
    );
    expect(unreadable.map(({ resource, isForbidden }) => [resource, isForbidden])).toEqual([
      ['networkpolicies.crd.projectcalico.org', false],
      ['networkpolicies.networking.k8s.io', false],
    ]);
  });

  test('a kind is noted once, however many of its objects were asked for', async () => {
    const { unreadable } = await stateOf([calicoNode('v3.28.2')], refuse('ClusterRole', 403));
    expect(unreadable.map(({ resource }) => resource)).toEqual(['clusterroles.rbac.authorization.k8s.io']);
  });

  test('a group that does not answer is noted where it is Calico’s, and told in any case', async () => {
    const state = await stateOf([calicoNode('v3.28.2')], {
      failedGroups: ['projectcalico.org', 'metrics.k8s.io'],
    });
    expect(state.failedGroups).toEqual(['projectcalico.org', 'metrics.k8s.io']);
    expect(state.unreadable).toEqual([
      {
        resource: 'projectcalico.org',
        reason: 'The server of the API group projectcalico.org does not answer.',
        isForbidden: false,
        hides: 'whether objects of projectcalico.org/v3 can be read and written',
      },
    ]);
  });

  test('a kind that the server does not know is no error', async () => {
    const state = await stateOf([]);
    expect(state.unreadable).toEqual([]);
  });

  test.each([
    ['does not know who asks', 401],
    ['is not there', null],
  ])('a server that %s ends the reading: half a cluster is none', async (_, status) => {
    const client = createObjectsClient([...cluster(), calicoNode('v3.28.2')]);
    const failure = new ClusterError({ verb: 'list', resource: 'pods', status }, 'no', 'do');
    const failing = {
      ...client,
      list(...[kind, options]: Parameters<typeof client.list>) {
        if (kind.kind === 'Pod') throw failure;
        return client.list(kind, options);
      },
    };
    await expect(inspect(failing)).rejects.toBe(failure);
  });

  test('an error that is none of the API server’s is passed on', async () => {
    const client = createObjectsClient(cluster());
    const failure = new TypeError('a fault in the program');
    await expect(inspect({ ...client, get: () => Promise.reject(failure) })).rejects.toBe(failure);
  });
});

describe('what stands in the way', () => {
  test('namespaces in deletion, with what is left in them', async () => {
    const { terminating } = await stateOf([
      object(
        'v1',
        'Namespace',
        { name: 'old', deletionTimestamp: '2026-01-01T00:00:00Z' },
        {
          status: {
            conditions: [
              {
                type: 'NamespaceDeletionDiscoveryFailure',
                status: 'True',
                reason: 'DiscoveryFailed',
                message: 'v3.projectcalico.org',
              },
              {
                type: 'NamespaceDeletionContentFailure',
                status: 'False',
                reason: 'ContentDeleted',
                message: 'all',
              },
            ],
          },
        },
      ),
    ]);
    expect(terminating).toEqual([
      { namespace: 'old', since: '2026-01-01T00:00:00Z', reason: 'DiscoveryFailed: v3.projectcalico.org' },
    ]);
  });

  test('objects that depend on v3 objects, among the kinds that were looked through', async () => {
    const owner = { apiVersion: 'projectcalico.org/v3', kind: 'GlobalNetworkSet', name: 'set', uid: 'u' };
    const { dependents, dependentKinds } = await stateOf([
      calicoNode('v3.28.2'),
      pod('a', { namespace: 'shop' }),
      object('networking.k8s.io/v1', 'NetworkPolicy', {
        name: 'np',
        namespace: 'shop',
        ownerReferences: [owner],
      }),
      object('networking.k8s.io/v1', 'NetworkPolicy', {
        name: 'other',
        namespace: 'shop',
        ownerReferences: [{ ...owner, apiVersion: 'apps/v1' }],
      }),
    ]);
    expect(dependents).toEqual([
      {
        object: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'np' },
        owner: { apiVersion: 'projectcalico.org/v3', kind: 'GlobalNetworkSet', namespace: null, name: 'set' },
      },
    ]);
    expect(dependentKinds).toEqual(
      expect.arrayContaining(['Pod', 'NetworkPolicy', 'DaemonSet', 'Deployment']),
    );
  });

  test('journal and lock of an earlier run', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' };
    const { leftovers } = await stateOf([
      object('v1', 'ConfigMap', { name: 'journal', namespace: 'kube-system', labels }),
      object('v1', 'ConfigMap', { name: 'other', namespace: 'kube-system' }),
      object('coordination.k8s.io/v1', 'Lease', { name: 'lock', namespace: 'kube-system', labels }),
    ]);
    expect(leftovers.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['ConfigMap journal', 'Lease lock']);
  });

  test('the newest warnings about the install, and no other’s', async () => {
    const event = (name: string, about: string, lastTimestamp: string, type = 'Warning'): KubernetesObject =>
      object(
        'v1',
        'Event',
        { name, namespace: 'kube-system' },
        {
          type,
          reason: 'Unhealthy',
          message: `Readiness probe failed: ${'x'.repeat(400)}`,
          count: 7,
          lastTimestamp,
          involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: about },
        },
      );
    const { calico } = await stateOf([
      calicoNode('v3.28.2'),
      event('1', 'calico-node-abc', '2026-01-01T00:00:01Z'),
      event('2', 'calico-node-def', '2026-01-01T00:00:02Z'),
      event('3', 'coredns-1', '2026-01-01T00:00:03Z'),
      event('4', 'calico-node-abc', '2026-01-01T00:00:04Z', 'Normal'),
      ...Array.from({ length: 150 }, (_, index) =>
        event(`old-${index}`, 'calico-node-old', '2025-01-01T00:00:00Z'),
      ),
    ]);
    expect(calico?.warnings).toHaveLength(50);
    expect(calico?.warnings[0]).toMatchObject({
      object: { name: 'calico-node-def' },
      reason: 'Unhealthy',
      count: 7,
    });
    expect(calico?.warnings[0]?.message).toHaveLength(300);
    expect(calico?.warnings.map(({ object: about }) => about.name)).not.toContain('coredns-1');
  });
});

describe('objects as they may be', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const garbage = fc.dictionary(
    fc.constantFrom('spec', 'status', 'data', 'type', 'involvedObject', 'reason'),
    fc.oneof(
      value,
      fc.dictionary(
        fc.constantFrom(
          'template',
          'containers',
          'conditions',
          'taints',
          'allocatable',
          'selector',
          'versions',
          'release',
          'bgp',
          'cidr',
        ),
        value,
      ),
    ),
  );
  const kinds = fc.constantFrom(
    ['v1', 'Node'],
    ['v1', 'Pod'],
    ['v1', 'Namespace'],
    ['v1', 'Event'],
    ['apps/v1', 'DaemonSet'],
    ['apps/v1', 'Deployment'],
    ['operator.tigera.io/v1', 'Installation'],
    ['operator.tigera.io/v1', 'TigeraStatus'],
    [CRD, 'FelixConfiguration'],
    [CRD, 'IPPool'],
    [CRD, 'NetworkPolicy'],
    [CRD, 'CalicoNodeStatus'],
    [CRD, 'KubeControllersConfiguration'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  );

  test('no object, whatever its fields hold, makes inspect fail', async () => {
    const objects = fc.array(
      fc
        .tuple(
          kinds,
          fc.constantFrom(
            'default',
            'calico-node',
            'tigera-operator',
            'kube-proxy',
            'x.crd.projectcalico.org',
          ),
          garbage,
        )
        .map(([[apiVersion = '', kind = ''], name, rest]) =>
          object(apiVersion, kind, { name, namespace: 'kube-system' }, rest),
        ),
      { maxLength: 8 },
    );
    const install = [
      calicoNode('v3.28.2'),
      tigeraOperator('v1.34.5'),
      installation(),
      operatorNode('v3.28.2'),
    ];
    await fc.assert(
      fc.asyncProperty(objects, async (strange) => {
        const client = createObjectsClient([
          ...cluster(),
          ...install,
          ...podsOf(calicoNode('v3.28.2'), ['node-1']),
          ...strange.filter(({ kind }) => kind !== 'CustomResourceDefinition'),
        ]);
        const state = await inspect(client);
        expect(state.calico).not.toBeNull();
      }),
      { numRuns: 150 },
    );
  });
});
