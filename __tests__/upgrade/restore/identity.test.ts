import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { belongsToInstall } from '../../../src/upgrade/backup/install-scope.js';
import { BUNDLE_KINDS } from '../../../src/upgrade/backup/bundle-kinds.js';
import { runRollback } from '../../../src/upgrade/restore/run-rollback.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { manifestInstall } from '../preflight/clusters/well-clusters.js';
import { contentsOf, save } from './live-run.js';
import { createLivingCluster, type LivingCluster } from './living-cluster.js';
import { fastOptions, KUBERNETES, policy } from './scene.js';

const RELEASES = ['v3.25.2', 'v3.28.2', 'v3.30.7', 'v3.31.7'] as const;

const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}[a-z0-9]$/);
const users = fc.uniqueArray(fc.record({ name, order: fc.integer({ min: 0, max: 1000 }) }), {
  selector: (one) => one.name,
  maxLength: 8,
});

/** What somebody does to a cluster: an index into what there is, and how it is mangled. */
const mangling = fc.array(
  fc.record({
    at: fc.nat({ max: 10_000 }),
    how: fc.constantFrom('delete', 'label', 'edit', 'strip'),
    text: fc.string({ maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Kinds whose objects nobody mangles: what a rollback never writes, and what makes a cluster one. */
function isMangled(object: KubernetesObject): boolean {
  const kind = BUNDLE_KINDS.find((one) => one.apiVersion === object.apiVersion && one.kind === object.kind);
  if (kind === undefined || kind.class === 'state' || kind.kind === 'Namespace') return false;
  if (kind.kind === 'CustomResourceDefinition') return false;
  return kind.class === 'user' || belongsToInstall(object);
}

type Mangling = typeof mangling extends fc.Arbitrary<infer T> ? T : never;

function mangle({ client, settle }: LivingCluster, manglings: Mangling): void {
  for (const { at, how, text } of manglings) {
    const all = client.objects().filter(isMangled);
    const object = all[at % Math.max(1, all.length)];
    if (!object) continue;
    const { apiVersion, kind, metadata } = object;
    const reference = { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
    if (how === 'delete') client.remove(reference);
    else client.set(mangled(object, how, text));
    settle();
  }
}

function mangled(object: KubernetesObject, how: 'label' | 'edit' | 'strip', text: string): KubernetesObject {
  if (how === 'label') {
    const labels = { ...object.metadata.labels, mangled: 'yes' };
    return { ...object, metadata: { ...object.metadata, labels } };
  }
  if (how === 'strip' && 'data' in object) return { ...object, data: {} };
  if (Array.isArray(object['rules'])) return { ...object, rules: [] };
  if (Array.isArray(object['subjects'])) return { ...object, subjects: [] };
  if (object.kind === 'DaemonSet' || object.kind === 'Deployment') return withImage(object, text);
  return { ...object, metadata: { ...object.metadata, annotations: { note: text } } };
}

function withImage(workload: KubernetesObject, text: string): KubernetesObject {
  const copy = structuredClone(workload) as unknown as {
    spec: { template: { spec: { containers: { image: string }[] } } };
  };
  for (const container of copy.spec.template.spec.containers) {
    container.image = `registry.example/broken:${encodeURIComponent(text)}`;
  }
  return copy as unknown as KubernetesObject;
}

describe('restore after backup', () => {
  it('is the identity on what may be restored, whatever is deleted or mangled between', async () => {
    let written = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...RELEASES),
        users,
        mangling,
        async (release, policies, manglings) => {
          const cluster = createLivingCluster([
            ...manifestInstall(release, KUBERNETES),
            ...policies.map((one) => policy(one.name, one.order)),
          ]);
          const before = await contentsOf(cluster.client);
          const bundle = await save(cluster.client);
          mangle(cluster, manglings);
          const options = fastOptions({ force: true });
          const outcome = await runRollback(cluster.client, bundle, createFakeReportStore(), options);
          expect(outcome.reason).toBe('');
          written += outcome.results.reduce((sum, one) => sum + one.written, 0);
          expect(outcome.plan.verdict).not.toBe('blocked');
          expect(await contentsOf(cluster.client)).toEqual(before);
        },
      ),
      { numRuns: 60 },
    );
    expect(written).toBeGreaterThan(60);
  }, 120_000);

  it('keeps what users made since, and asks about what they changed', async () => {
    const cluster = createLivingCluster([
      ...manifestInstall('v3.30.7', KUBERNETES),
      policy('changed', 1),
      policy('deleted', 2),
    ]);
    const bundle = await save(cluster.client);
    const { client } = cluster;
    client.set(policy('made-since', 3));
    client.set(policy('changed', 99));
    client.remove({
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'GlobalNetworkPolicy',
      namespace: null,
      name: 'deleted',
    });
    const before = await contentsOf(client);
    const run = (choice: 'stop' | 'bundle' | 'live') =>
      runRollback(client, bundle, createFakeReportStore(), fastOptions({ choice, force: true }));

    const stopped = await run('stop');
    expect(stopped).toMatchObject({ ended: 'not-run', plan: { verdict: 'blocked' } });
    expect(stopped.plan.findings[0]).toMatchObject({
      code: 'rollback-conflict',
      message:
        '2 objects of yours were changed or deleted since the backup: GlobalNetworkPolicy changed, GlobalNetworkPolicy deleted.',
    });
    expect(await contentsOf(client)).toEqual(before);

    const live = await run('live');
    expect(live.plan.verdict).toBe('nothing-to-do');
    expect(await contentsOf(client)).toEqual(before);

    expect(await run('bundle')).toMatchObject({ ended: 'done' });
    const orders = client
      .objects()
      .filter(({ kind }) => kind === 'GlobalNetworkPolicy')
      .map(({ metadata, spec }) => [metadata.name, (spec as { order: number }).order]);
    expect(orders).toEqual([
      ['changed', 1],
      ['deleted', 2],
      ['made-since', 3],
    ]);
  });
});
