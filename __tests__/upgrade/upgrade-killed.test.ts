import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { versionOf } from '../../src/catalog/queries.js';
import { inspect } from '../../src/cluster/inspect.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { runRollback } from '../../src/upgrade/restore/run-rollback.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { formatVersion } from '../../src/version/version.js';
import { createFakeManifestSource } from '../ports/fake-manifest-source.js';
import { refusal } from '../ports/fake-cluster-client.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import { dyingClient } from './dying-client.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { buildOptions } from './plan/build-options.js';
import { filesOf } from './preflight/clusters/upstream-files.js';
import { manifestInstall } from './preflight/clusters/well-clusters.js';
import { contentsOf, NODE, save } from './restore/live-run.js';
import { createLivingCluster, isWrite, type LivingCluster } from './restore/living-cluster.js';
import { fastOptions, KUBERNETES, policy } from './restore/scene.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];

function olderCluster(): LivingCluster {
  const objects = manifestInstall(OLDER, KUBERNETES).map(holdingImages);
  return createLivingCluster([...objects, policy('default.allow', 10)]);
}

/** Nodes that hold the newer images already: nothing is pulled beforehand. */
function holdingImages(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Node') return object;
  const images = manifestInstall(NEWER, KUBERNETES).flatMap(imagesOf);
  return { ...object, status: { ...(object['status'] as object), images: [{ names: images }] } };
}

function imagesOf({ kind, spec }: KubernetesObject): readonly string[] {
  if (kind !== 'DaemonSet' && kind !== 'Deployment') return [];
  const pod = (spec as { template: { spec: Readonly<Record<string, readonly { image: string }[]>> } })
    .template.spec;
  return [...(pod['initContainers'] ?? []), ...(pod['containers'] ?? [])].map(({ image }) => image);
}

interface Upgraded {
  readonly outcome: UpgradeOutcome | null;
  /** null where the run died before it was whole. */
  readonly bundle: MemoryBundle | null;
}

async function upgrade(client: ClusterClient, options: Partial<UpgradeOptions> = {}): Promise<Upgraded> {
  let bundle: MemoryBundle | null = null;
  const backUp: UpgradeOptions['backUp'] = async () => {
    bundle = await save(client);
    return { reader: bundle, directory: 'backup', artifact: null, createdAt: '2026-11-27T02:00:00Z' };
  };
  const outcome = await attempt(client, { backUp, ...options }).catch(() => null);
  return { outcome, bundle };
}

function attempt(client: ClusterClient, options: Partial<UpgradeOptions> = {}): Promise<UpgradeOutcome> {
  const files = { ...filesOf(OLDER), ...filesOf(NEWER) };
  return runUpgrade(client, createManifestReader(createFakeManifestSource(files)), createFakeReportStore(), {
    ...buildOptions({ target: versionOf(NEWER), force: true }),
    ...fastOptions({ force: true }),
    rollbackOnFailure: true,
    backUp: null,
    findBundle: () => Promise.reject(new Error('no upgrade died')),
    ...options,
  });
}

interface GoneOn {
  readonly outcome: UpgradeOutcome | null;
  readonly failure: string;
}

/** A second run, on another machine, with the backup of the first where that made one. */
async function goOn(cluster: LivingCluster, bundle: MemoryBundle | null): Promise<GoneOn> {
  const backUp = async () => ({
    reader: await save(cluster.client),
    directory: 'backup',
    artifact: null,
    createdAt: '2026-11-27T03:00:00Z',
  });
  const findBundle = () =>
    bundle === null
      ? Promise.reject(new Error('there is none'))
      : Promise.resolve({ reader: bundle, directory: 'backup', artifact: null, createdAt: '' });
  try {
    const outcome = await attempt(cluster.client, { run: 'another run', backUp, findBundle });
    return { outcome, failure: '' };
  } catch (error) {
    return { outcome: null, failure: String(error) };
  }
}

async function releaseOf({ client }: LivingCluster): Promise<string> {
  const { calico } = await inspect(client);
  return calico?.versions.running ? formatVersion(calico.versions.running) : '';
}

function leftIn({ client }: LivingCluster): readonly string[] {
  return client
    .objects()
    .filter(({ metadata }) => /^calico-(?:upgrade-action|pre-pull)/.test(metadata.name))
    .map(({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`);
}

describe('an upgrade', () => {
  it('that is killed before or after any of its writes goes back from its backup', async () => {
    const whole = olderCluster();
    const before = await contentsOf(whole.client);
    const client = dyingClient(whole.client, null);
    expect((await upgrade(client)).outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(await releaseOf(whole)).toBe(NEWER);
    expect(leftIn(whole)).toEqual([]);
    const writes = client.writes().length;
    expect(writes).toBeGreaterThan(25);
    for (let write = 1; write <= writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const cluster = olderCluster();
        const { bundle } = await upgrade(dyingClient(cluster.client, { write, when }));
        if (bundle === null) continue;
        const options = fastOptions({ force: true, choice: 'stop' });
        const back = await runRollback(cluster.client, bundle, createFakeReportStore(), options);
        expect({ write, when, reason: back.reason, findings: mandatory(back.plan.findings) }).toEqual({
          write,
          when,
          reason: '',
          findings: [],
        });
        expect(await contentsOf(cluster.client)).toEqual(before);
        expect(await releaseOf(cluster)).toBe(OLDER);
      }
    }
  }, 600_000);

  it('that is killed before or after any of its writes is gone on with, and ends as if nothing had been', async () => {
    const whole = olderCluster();
    const client = dyingClient(whole.client, null);
    await upgrade(client);
    const wanted = await contentsOf(whole.client);
    const writes = client.writes().length;
    for (let write = 1; write <= writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const cluster = olderCluster();
        const { bundle } = await upgrade(dyingClient(cluster.client, { write, when }));
        const { outcome, failure } = await goOn(cluster, bundle);
        expect({ write, when, ended: outcome?.ended, reason: outcome?.reason, failure }).toMatchObject({
          ended: expect.stringMatching(/^(?:done|not-run)$/),
          reason: '',
          failure: '',
        });
        expect({ write, when, release: await releaseOf(cluster) }).toMatchObject({ release: NEWER });
        expect({ write, when, left: leftIn(cluster) }).toMatchObject({ left: [] });
        expect(await contentsOf(cluster.client)).toEqual(wanted);
      }
    }
  }, 600_000);

  it('writes nothing where there is nothing to do, or something stops it', async () => {
    const cluster = createLivingCluster(manifestInstall(NEWER, KUBERNETES));
    const { outcome } = await upgrade(cluster.client);
    expect(outcome).toMatchObject({ ended: 'not-run', plan: { verdict: 'nothing-to-do' }, backup: null });
    expect(cluster.client.calls.filter(isWrite)).toEqual([]);
  });

  it('changes nothing of Calico where its backup fails', async () => {
    const cluster = olderCluster();
    const before = await contentsOf(cluster.client);
    const { outcome } = await upgrade(cluster.client, {
      backUp: () => Promise.reject(new Error('the disk is full')),
    });
    expect(outcome).toBeNull();
    expect(await contentsOf(cluster.client)).toEqual(before);
    expect(leftIn(cluster)).toEqual([]);
  });

  it('without a backup says how to go on where it fails, and goes on when run again', async () => {
    const cluster = olderCluster();
    const broken = refusingControllers(cluster.client);
    const { outcome } = await upgrade(broken, { backUp: null });
    expect(outcome).toMatchObject({ ended: 'failed', backup: null, rollback: null, backFault: '' });
    expect(outcome?.reason).toContain('kube-controllers');
    expect(outcome?.wayOut).toMatch(/^Run the mode upgrade again: it goes on\. No backup was made/);
    expect(leftIn(cluster)).toContain('ConfigMap calico-upgrade-action-journal');

    const again = await upgrade(cluster.client, { backUp: null });
    expect(again.outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(await releaseOf(cluster)).toBe(NEWER);
    expect(leftIn(cluster)).toEqual([]);
  });

  it('that is stopped by what it finds says the way out of the one that died', async () => {
    const cluster = olderCluster();
    const { bundle } = await upgrade(dyingClient(cluster.client, { write: 25, when: 'after' }));
    expect(bundle).not.toBeNull();
    const node = await cluster.client.get(NODE);
    if (node === null) throw new Error('There is no calico-node');
    const labels = { ...node.metadata.labels, 'kustomize.toolkit.fluxcd.io/name': 'network' };
    cluster.client.set({ ...node, metadata: { ...node.metadata, labels } });
    const before = await contentsOf(cluster.client);
    const { outcome, failure } = await goOn(cluster, bundle);
    expect(failure).toBe('');
    expect(outcome).toMatchObject({ ended: 'not-run', hops: [] });
    expect(outcome?.wayOut).toContain('or the mode rollback with the bundle backup');
    expect(await contentsOf(cluster.client)).toEqual(before);
  });
});

/** A client to which kube-controllers may not be written. */
function refusingControllers(client: ClusterClient): ClusterClient {
  return {
    ...client,
    replace: (object, options) =>
      object.metadata.name === 'calico-kube-controllers' && object.kind === 'Deployment' && !options.dryRun
        ? Promise.reject(refusal('update', 'deployments', 403, 'frozen'))
        : client.replace(object, options),
  };
}

function mandatory(findings: readonly { readonly weight: string; readonly message: string }[]): string[] {
  return findings.filter(({ weight }) => weight === 'mandatory').map(({ message }) => message);
}
