import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ClusterClient, KubernetesObject, Patch } from '../../../src/ports/cluster-client.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { configMap, CONFIG_MAP } from '../../ports/cluster-client-contract.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { createQuickClient } from './quick-client.js';

const EARLIER = ['kubectl-client-side-apply', 'helm'];
const VERBS = [
  'create',
  'apply',
  'force',
  'take over',
  'dry run',
  'merge',
  'json',
  'replace',
  'delete',
] as const;

interface Write {
  readonly manager: string;
  readonly verb: (typeof VERBS)[number];
  readonly data: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

const texts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), {
  minKeys: 1,
  maxKeys: 3,
});
const writes: fc.Arbitrary<Write> = fc.record({
  manager: fc.constantFrom(...EARLIER, 'other', 'us'),
  verb: fc.constantFrom(...VERBS),
  data: texts,
  labels: texts,
});

/** What a write gives: the object without what differs from cluster to cluster, or the status that it is refused with. */
async function outcomeOf(client: ClusterClient, object: KubernetesObject, write: Write): Promise<unknown> {
  try {
    const result = await carryOut(client, object, write);
    return typeof result === 'boolean' ? result : contentOf(result);
  } catch (error) {
    return (error as { readonly status?: number }).status ?? error;
  }
}

function carryOut(
  client: ClusterClient,
  object: KubernetesObject,
  { manager, verb, data, labels }: Write,
): Promise<KubernetesObject | boolean> {
  const { name, namespace = null } = object.metadata;
  const reference = { ...CONFIG_MAP, namespace, name };
  const options = { fieldManager: manager };
  switch (verb) {
    case 'create':
      return client.create(object, options);
    case 'apply':
      return client.apply(object, options);
    case 'force':
      return client.apply(object, { ...options, force: true });
    case 'take over':
      return client.apply(object, { ...options, force: true, takeOverFrom: EARLIER });
    case 'dry run':
      return client.apply(object, { ...options, takeOverFrom: EARLIER, dryRun: true });
    case 'merge':
      return client.patch(
        reference,
        { type: 'merge', body: { data: { ...data, c: null }, metadata: { labels } } },
        options,
      );
    case 'json':
      return client.patch(reference, jsonPatch(data), options);
    case 'replace':
      return client.replace(object, options);
    case 'delete':
      return client.delete(reference);
  }
}

function jsonPatch(data: Readonly<Record<string, string>>): Patch {
  const body = Object.entries(data).map(([key, value]) =>
    value === '1' ? { op: 'replace', path: `/data/${key}`, value } : { op: 'remove', path: `/data/${key}` },
  );
  return { type: 'json', body };
}

/** An empty map is none. */
function contentOf({ metadata, data }: KubernetesObject): unknown {
  const { labels, managedFields } = metadata;
  const owners = (managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`).sort();
  return { data: data ?? {}, labels: labels ?? {}, owners };
}

describeWithCluster('the fake cluster client', { controllers: false }, (cluster) => {
  let real: ClusterClient;
  let namespace: string;
  let last = 0;

  beforeAll(async () => {
    real = await createQuickClient(cluster().kubeconfig, { silenceMs: 10_000 });
    namespace = await ownNamespace(cluster());
  });

  test('does what a real API server does, write after write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(writes, { minLength: 2, maxLength: 7 }), async (sequence) => {
        const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
        const fake = createFakeClusterClient({ objects: [home] });
        last += 1;
        for (const write of [{ ...sequence[0], verb: 'create' } as Write, ...sequence]) {
          const object = configMap(namespace, `object-${last}`, write.data, write.labels);
          const [seen, expected] = [
            await outcomeOf(fake, object, write),
            await outcomeOf(real, object, write),
          ];
          expect(seen).toEqual(expected);
        }
      }),
      { numRuns: 80, seed: 13 },
    );
  });
});
