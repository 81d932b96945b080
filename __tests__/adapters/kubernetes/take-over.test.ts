import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { DAEMON_SET, referenceOf } from '../../ports/cluster-client-contract.js';
import { createQuickClient } from './quick-client.js';

const EARLIER = ['kubectl-client-side-apply', 'helm'];
const US = 'us';
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
const values = fc.constantFrom('1', '2');
const texts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), values, { maxKeys: 3 });

/** What somebody wants of a DaemonSet: lists by name, maps, lists of one piece, fields that have defaults. */
interface Wish {
  readonly initContainers: readonly string[];
  readonly env: readonly string[];
  readonly args: readonly string[];
  readonly volumes: readonly string[];
  readonly ports: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly maxUnavailable: string | null;
}

const wishes: fc.Arbitrary<Wish> = fc.record({
  initContainers: names,
  env: names,
  args: names,
  volumes: names,
  ports: fc.uniqueArray(fc.constantFrom(80, 81), { maxLength: 2 }),
  labels: texts,
  nodeSelector: texts,
  maxUnavailable: fc.constantFrom(null, '10%', '20%'),
});

function daemonSet(namespace: string, name: string, wish: Wish): KubernetesObject {
  const { labels, maxUnavailable, nodeSelector } = wish;
  const container = {
    name: 'main',
    image: 'registry.example/main:1',
    args: wish.args,
    env: wish.env.map((variable) => ({ name: variable, value: 'x' })),
    ports: wish.ports.map((containerPort) => ({ containerPort })),
  };
  const spec = {
    initContainers: wish.initContainers.map((init) => ({ name: init, image: `registry.example/${init}:1` })),
    containers: [container],
    volumes: wish.volumes.map((volume) => ({ name: volume, emptyDir: {} })),
    nodeSelector,
  };
  const strategy = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } } };
  return {
    ...DAEMON_SET,
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec },
      ...(maxUnavailable === null ? {} : strategy),
    },
  };
}

/** Without what differs from write to write; an empty map is none. */
function contentOf({ metadata, ...object }: KubernetesObject): unknown {
  const { labels, annotations, managedFields } = metadata;
  const owners = (managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`).sort();
  const content = Object.entries({ ...object, labels, annotations }).filter(
    ([, value]) => value !== undefined && JSON.stringify(value) !== '{}',
  );
  return { ...Object.fromEntries(content), owners };
}

describeWithCluster('taking fields over', { controllers: false }, (cluster) => {
  let client: ClusterClient;
  let namespace: string;
  let last = 0;

  beforeAll(async () => {
    client = await createQuickClient(cluster().kubeconfig, { silenceMs: 10_000 });
    namespace = await ownNamespace(cluster());
  });

  const fresh = (): string => {
    last += 1;
    return `object-${last}`;
  };

  test('does what its dry run said', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, wishes, wishes, wishes, async (first, second, theirs, ours) => {
        const name = fresh();
        await client.create(daemonSet(namespace, name, first), { fieldManager: EARLIER[0] ?? '' });
        await client.apply(daemonSet(namespace, name, second), {
          fieldManager: EARLIER[1] ?? '',
          force: true,
        });
        await client.apply(daemonSet(namespace, name, theirs), { fieldManager: 'other', force: true });
        const options = { fieldManager: US, takeOverFrom: EARLIER, force: true };
        const target = daemonSet(namespace, name, ours);
        const dry = await client.apply(target, { ...options, dryRun: true });
        const real = await client.apply(target, options);
        expect(contentOf(dry)).toEqual(contentOf(real));
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  test('changes nothing the second time', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, wishes, async (first, ours) => {
        const name = fresh();
        await client.create(daemonSet(namespace, name, first), { fieldManager: EARLIER[0] ?? '' });
        const options = { fieldManager: US, takeOverFrom: EARLIER };
        const target = daemonSet(namespace, name, ours);
        const once = await client.apply(target, options);
        expect(await client.apply(target, options)).toEqual(once);
        expect(await client.get(referenceOf(target))).toEqual(once);
      }),
      { numRuns: 15, seed: 12 },
    );
  });
});
