import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { checkNamespaces } from '../../../src/upgrade/post-checks/namespace-check.js';
import type { Verdict } from '../../../src/upgrade/post-checks/verdict.js';
import {
  createFakeClusterClient,
  type FakeCall,
  type FakeClusterClient,
  refusal,
} from '../../ports/fake-cluster-client.js';
import { waiting } from '../gates/build-waiting.js';

const CALICO = 'v3.projectcalico.org';
const METRICS = 'v1beta1.metrics.k8s.io';
const QUEUES = 'v1.queues.example.com';
const BEFORE = { answering: new Set([CALICO, METRICS]), silent: new Set([QUEUES]) };

/** As the namespace controller writes it. */
function discoveryFailed(...groups: readonly string[]) {
  const failed = groups.map((group) => `${group}: stale GroupVersion discovery: ${group}`).join(', ');
  return {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'True',
    reason: 'DiscoveryFailed',
    message: `Discovery failed for some groups, ${groups.length} failing: unable to retrieve the complete list of server APIs: ${failed}`,
  };
}

const CONTENT_LEFT = {
  type: 'NamespaceDeletionContentFailure',
  status: 'True',
  reason: 'ContentDeletionFailed',
  message: 'Failed to delete all resource types, 1 remaining: tiers.projectcalico.org is forbidden',
};

function silent(name: string): KubernetesObject {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name },
    spec: { service: { name: 'api', namespace: 'system' } },
    status: { conditions: [{ type: 'Available', status: 'False', message: 'no endpoints' }] },
  };
}

interface Scene {
  readonly conditions?: readonly object[];
  readonly objects?: readonly KubernetesObject[];
  readonly spec?: object;
  readonly onCall?: (call: FakeCall) => void;
}

/** A cluster in which a namespace that is deleted stays, and says why; it goes at once where it says nothing. */
function clusterOf({ conditions = [], objects = [], spec, onCall }: Scene): FakeClusterClient {
  const client = createFakeClusterClient({ objects, ...(onCall ? { onCall } : {}) });
  const isHeld = conditions.length > 0 || spec !== undefined;
  return {
    ...client,
    async create(object, options) {
      const made = await client.create(object, options);
      if (!isHeld) return made;
      return client.set({
        ...made,
        metadata: { ...made.metadata, finalizers: ['example.com/held'] },
        ...(spec ? { spec } : {}),
        status: { conditions },
      });
    },
  };
}

function check(client: FakeClusterClient, timeoutMs = 100): Promise<Verdict> {
  return checkNamespaces(client, BEFORE, waiting({ timeoutMs }));
}

describe('a namespace that is made and deleted', () => {
  it('is nothing to speak of where it goes', async () => {
    expect(await check(clusterOf({}))).toEqual({ failures: [], warnings: [] });
  });

  it('is a warning, at once, where it waits for an API that did not answer before', async () => {
    const client = clusterOf({ conditions: [discoveryFailed('queues.example.com/v1')] });
    const begun = Date.now();
    const { failures, warnings } = await check(client, 20_000);
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(failures).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Namespace calico-upgrade-action-check-\w+, which was made to be deleted, goes once v1\.queues\.example\.com answers/,
      ),
    ]);
  });

  it('is a warning where it waits for an API that somebody registered meanwhile', async () => {
    const conditions = [discoveryFailed('new.example.com/v1', 'queues.example.com/v1')];
    const objects = [silent('v1.new.example.com'), silent(QUEUES)];
    const { failures, warnings } = await check(clusterOf({ conditions, objects }));
    expect(failures).toEqual([]);
    expect(warnings.join()).toContain('v1.new.example.com, v1.queues.example.com');
  });

  it.each([
    ['an API that answered before', [discoveryFailed('metrics.k8s.io/v1beta1')], METRICS],
    [
      'such an API and one that did not',
      [discoveryFailed('metrics.k8s.io/v1beta1', 'queues.example.com/v1')],
      METRICS,
    ],
    ['Calico’s own API', [discoveryFailed('projectcalico.org/v3')], CALICO],
    ['more than an API', [discoveryFailed('queues.example.com/v1'), CONTENT_LEFT], QUEUES],
    [
      'what nobody can read',
      [{ ...discoveryFailed('queues.example.com/v1'), message: 'connection refused' }],
      QUEUES,
    ],
    ['a group that is nobody’s server', [discoveryFailed('apps/v1')], QUEUES],
  ])('is a failure where it waits for %s', async (_, conditions, down) => {
    const { failures, warnings } = await check(clusterOf({ conditions, objects: [silent(down)] }));
    expect(failures).toEqual([expect.stringContaining('No namespace can be deleted like this.')]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['permission or webhook', 403],
    ['policy', 422],
  ])('is a warning that names it where its deletion is refused, by %s', async (_, status) => {
    const client = clusterOf({
      onCall: ({ verb, kind, name }) => {
        if (verb === 'delete' && kind === 'Namespace')
          throw refusal('delete', `Namespace ${name}`, status, 'namespaces are protected');
      },
    });
    const { failures, warnings } = await check(client);
    const left = client.objects().find(({ metadata }) => metadata.name.startsWith('calico-upgrade-action'));
    expect(failures).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('namespaces are protected');
    expect(warnings[0]).toContain(`kubectl delete namespace ${left?.metadata.name ?? ''}`);
  });

  it.each([500, 503])('stops the run where the server fails with %d instead', async (status) => {
    const client = clusterOf({
      onCall: ({ verb, kind, name }) => {
        if (verb === 'delete' && kind === 'Namespace')
          throw refusal('delete', `Namespace ${name}`, status, 'away');
      },
    });
    await expect(check(client)).rejects.toThrow('away');
  });

  it('is a warning where it is empty, and somebody else’s finalizer alone holds it', async () => {
    const { failures, warnings } = await check(clusterOf({ spec: {} }));
    expect(failures).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('example.com/held')]);
    const full = await check(clusterOf({ spec: { finalizers: ['kubernetes'] } }));
    expect(full.failures).toHaveLength(1);
  });
});
