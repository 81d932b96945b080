import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ActionError, InputError } from '../../../src/errors.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { formatChecksums, parseChecksums, sha256 } from '../../../src/upgrade/backup/checksums.js';
import { planRollback } from '../../../src/upgrade/restore/plan-rollback.js';
import { runRollback, type RollbackOutcome } from '../../../src/upgrade/restore/run-rollback.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';
import { manifestInstall, operatorInstall } from '../preflight/clusters/well-clusters.js';
import { createLivingCluster, isWrite, type LivingCluster } from './living-cluster.js';
import { save } from './live-run.js';
import { fastOptions, KUBERNETES, policy, upgradedCluster } from './scene.js';

const CRD = 'crd.projectcalico.org/v1';

function run(cluster: LivingCluster, bundle: MemoryBundle, force = false): Promise<RollbackOutcome> {
  return runRollback(cluster.client, bundle, createFakeReportStore(), fastOptions({ force, choice: 'stop' }));
}

function writesOf({ client }: LivingCluster): readonly string[] {
  return client.calls.filter(isWrite).map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);
}

function textOf(bundle: MemoryBundle, path: string): string {
  return Buffer.from(bundle.files.get(path) ?? []).toString('utf8');
}

/** Changes a file and its digest with it, as somebody would who wants it to be believed. */
function forge(bundle: MemoryBundle, path: string, text: string): void {
  bundle.files.set(path, Buffer.from(text));
  const digests = new Map(parseChecksums(textOf(bundle, 'SHA256SUMS')));
  digests.set(path, sha256(text));
  bundle.files.set('SHA256SUMS', Buffer.from(formatChecksums(digests)));
}

function editIndex(bundle: MemoryBundle, changes: Readonly<Record<string, unknown>>): void {
  const index = JSON.parse(textOf(bundle, 'bundle.json')) as object;
  forge(bundle, 'bundle.json', JSON.stringify({ ...index, ...changes }));
}

async function codesOf(cluster: LivingCluster, bundle: MemoryBundle): Promise<readonly string[]> {
  const { plan } = await run(cluster, bundle);
  const stopping = plan.findings.filter(({ weight }) => weight === 'mandatory' || weight === 'skippable');
  return stopping.map(({ code, weight }) => `${weight} ${code}`);
}

describe('a rollback is refused, and nothing is written,', () => {
  it.each<[string, (bundle: MemoryBundle) => void, RegExp]>([
    ['damaged', (bundle) => bundle.files.delete('SHA256SUMS'), /is damaged or none/],
    ['of another cluster', (bundle) => editIndex(bundle, { clusterUid: 'other' }), /is of another cluster/],
    ['of a newer format', (bundle) => editIndex(bundle, { formatVersion: 2 }), /has format 2/],
    [
      'edited by hand',
      (bundle) => {
        const path = [...bundle.files.keys()].find((one) => one.includes('daemonsets')) ?? '';
        bundle.files.set(path, Buffer.from(textOf(bundle, path).replace('node:', 'other:')));
      },
      /was changed after it was made/,
    ],
    ['with a path that leads out', (bundle) => forge(bundle, '../../etc/passwd', '{}'), /does not belong/],
    ['with a link', (bundle) => bundle.links.add('bundle.json'), /is a link or no file/],
    [
      'with an object of a kind that no bundle has',
      (bundle) => forge(bundle, 'objects/batch_v1_jobs/kube-system/x.json', '{}'),
      /does not belong in a bundle/,
    ],
  ])('of a bundle that is %s', async (_, damage, message) => {
    const { cluster, bundle } = await upgradedCluster();
    damage(bundle);
    await expect(run(cluster, bundle, false)).rejects.toThrow(message);
    await expect(run(cluster, bundle, false)).rejects.toThrow(InputError);
    expect(writesOf(cluster)).toEqual([]);
  });

  it('of a bundle whose Calico does not run on the cluster’s Kubernetes, force or not', async () => {
    const cluster = createLivingCluster(manifestInstall('v3.22.5', 'v1.23.17'));
    const bundle = await save(cluster.client);
    editIndex(bundle, { calico: 'v3.22.5' });
    const { plan, ended } = await run(cluster, bundle, true);
    expect(ended).toBe('not-run');
    expect(plan.findings[0]).toMatchObject({ code: 'rollback-pair', weight: 'mandatory' });
    expect(writesOf(cluster)).toEqual([]);
  });

  it('of a bundle of another way of installing', async () => {
    const { cluster, bundle } = await upgradedCluster();
    editIndex(bundle, { method: 'operator' });
    expect(await codesOf(cluster, bundle)).toContain('mandatory rollback-method');
    expect(writesOf(cluster)).toEqual([]);
  });

  it('of a bundle of another variant, unless forced', async () => {
    const { cluster, bundle } = await upgradedCluster();
    editIndex(bundle, { variant: 'calico-vxlan' });
    expect(await codesOf(cluster, bundle)).toEqual(['skippable rollback-variant']);
    expect(writesOf(cluster)).toEqual([]);
  });

  it('of a bundle whose data lies in another group', async () => {
    const { cluster, bundle } = await upgradedCluster();
    editIndex(bundle, { dataGroup: 'projectcalico.org' });
    expect(await codesOf(cluster, bundle)).toContain('mandatory rollback-data-group');
  });

  it('of a bundle that is newer than what runs, unless forced', async () => {
    const cluster = createLivingCluster(manifestInstall('v3.30.7', KUBERNETES));
    const bundle = await save(cluster.client);
    editIndex(bundle, { calico: 'v3.31.7' });
    expect(await codesOf(cluster, bundle)).toContain('skippable rollback-newer');
  });

  it('where another tool owns the objects', async () => {
    const { cluster, bundle } = await upgradedCluster();
    const node = cluster.client.objects().find(({ kind }) => kind === 'DaemonSet');
    if (!node) throw new Error('no DaemonSet');
    const labels = {
      ...node.metadata.labels,
      'kustomize.toolkit.fluxcd.io/name': 'calico',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    };
    cluster.client.set({ ...node, metadata: { ...node.metadata, labels } });
    expect(await codesOf(cluster, bundle)).toContain('mandatory owned-elsewhere');
    expect(writesOf(cluster)).toEqual([]);
  });

  it('where the account may not write what it would have to', async () => {
    const { cluster, bundle } = await upgradedCluster();
    const client = {
      ...cluster.client,
      canI: ({ verb, resource }: { verb: string; resource: string }) =>
        Promise.resolve({ isAllowed: !(verb === 'update' && resource === 'daemonsets'), reason: '' }),
    };
    const plan = await planRollback(client, bundle, fastOptions());
    expect(plan.verdict).toBe('blocked');
    expect(plan.missingRules).toEqual([
      { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['update'] },
    ]);
  });

  it.each<[string, string, string, readonly KubernetesObject[], RegExp]>([
    [
      'policies in tiers of one’s own',
      'v3.29.7',
      'v3.28.5',
      [
        { apiVersion: CRD, kind: 'Tier', metadata: { name: 'security' }, spec: { order: 10 } },
        {
          ...policy('security.deny', 1),
          spec: { tier: 'security', order: 1, selector: 'all()', types: ['Ingress'] },
        },
      ],
      /knows neither tiers/,
    ],
    ['policies that were renamed', 'v3.32.1', 'v3.31.7', [policy('renamed', 1)], /have been renamed/],
  ])('where %s do not survive the way back, unless forced', async (_, newer, older, users, message) => {
    const cluster = createLivingCluster([...manifestInstall(newer, KUBERNETES), ...users]);
    const bundle = await save(cluster.client);
    editIndex(bundle, { calico: older });
    const { plan } = await run(cluster, bundle);
    const caveats = plan.findings.filter(({ weight }) => weight === 'skippable');
    expect(caveats.map(({ code }) => code)).toContain('rollback-caveat');
    expect(caveats.map((one) => one.message).join('\n')).toMatch(message);
    expect(writesOf(cluster)).toEqual([]);
  });

  it('of any of 10,000 bundles that were tampered with', async () => {
    const { cluster, bundle: whole } = await upgradedCluster();
    const paths = [...whole.files.keys()];
    const { client } = cluster;
    const before = client.calls.length;
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: paths.length - 1 }),
        fc.nat({ max: 200_000 }),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('flip', 'cut', 'drop', 'add', 'move'),
        async (at, offset, mask, how) => {
          const bundle = createMemoryBundle(new Map(whole.files));
          tamper(bundle, paths[at] ?? '', { offset, mask, how });
          await expect(run(cluster, bundle)).rejects.toThrow(ActionError);
        },
      ),
      { numRuns: 10_000 },
    );
    expect(client.calls.slice(before).filter(isWrite)).toEqual([]);
  }, 120_000);

  it('or planned without a fault where what was tampered with has its digest', async () => {
    const { cluster, bundle: whole } = await upgradedCluster();
    const paths = [...whole.files.keys()].filter((path) => path.startsWith('objects/'));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom('spec', 'metadata', 'rules', 'subjects', 'data', 'status'),
        async (path, value, field) => {
          const bundle = createMemoryBundle(new Map(whole.files));
          const object = JSON.parse(textOf(bundle, path)) as Record<string, unknown>;
          const old = object[field];
          const isMap = typeof old === 'object' && old !== null && !Array.isArray(old);
          const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
          const other = isRecord && isMap ? { ...old, ...value } : value;
          forge(bundle, path, JSON.stringify({ ...object, [field]: other }));
          await planRollback(cluster.client, bundle, fastOptions()).catch((error: unknown) => {
            if (!(error instanceof ActionError)) throw error;
          });
        },
      ),
      { numRuns: 300 },
    );
    expect(writesOf(cluster)).toEqual([]);
  }, 120_000);
});

function tamper(
  bundle: MemoryBundle,
  path: string,
  { offset, mask, how }: { offset: number; mask: number; how: 'flip' | 'cut' | 'drop' | 'add' | 'move' },
): void {
  const content = Buffer.from(bundle.files.get(path) ?? []);
  if (how === 'drop') bundle.files.delete(path);
  else if (how === 'cut') bundle.files.set(path, content.subarray(0, offset % content.length));
  else if (how === 'add') bundle.files.set(`${path}.json`, content);
  else if (how === 'move') {
    bundle.files.delete(path);
    bundle.files.set(
      path.replace(/[^/]+$/, (name) => `x-${name}`),
      content,
    );
  } else {
    const at = offset % content.length;
    content[at] = (content[at] ?? 0) ^ mask;
    bundle.files.set(path, content);
  }
}

describe('an operator install', () => {
  it('is planned from its own bundle: there is nothing to do', async () => {
    const cluster = createLivingCluster(operatorInstall('v3.31.7', KUBERNETES));
    const bundle = await save(cluster.client);
    const { plan } = await run(cluster, bundle);
    expect(plan.findings.filter(({ weight }) => weight === 'mandatory' || weight === 'skippable')).toEqual(
      [],
    );
    expect(plan.verdict).toBe('nothing-to-do');
  });
});
