import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../../src/catalog/queries.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { runPlan } from '../../src/upgrade/plan/run-plan.js';
import type { UpgradePlan } from '../../src/upgrade/plan/plan.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { createFakeManifestSource } from '../ports/fake-manifest-source.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import {
  ALLOW,
  API_SERVER,
  apiServerFile,
  CSI_DRIVER,
  csiFile,
  ownFilesOf,
  REGISTRATION,
} from './own-files.js';
import { dyingClient } from './dying-client.js';
import { buildOptions } from './plan/build-options.js';
import { filesOf } from './preflight/clusters/upstream-files.js';
import { manifestInstall } from './preflight/clusters/well-clusters.js';
import { contentsOf, save } from './restore/live-run.js';
import { createLivingCluster, isWrite, type LivingCluster } from './restore/living-cluster.js';
import { fastOptions, KUBERNETES } from './restore/scene.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
const FILES = { ...filesOf(OLDER), ...ownFilesOf(OLDER), ...filesOf(NEWER), ...ownFilesOf(NEWER) };
const CA = 'Y2VydGlmaWNhdGU=';

/** Calico with both files besides, the way upstream's page says: the certificate's authority is put in by hand. */
function clusterOf(
  change: (object: KubernetesObject) => KubernetesObject = (object) => object,
): LivingCluster {
  const files = [...apiServerFile(OLDER), ...csiFile(OLDER)].filter(({ kind }) => kind !== 'CSIDriver');
  const images = [...apiServerFile(NEWER), ...csiFile(NEWER), ...manifestInstall(NEWER, KUBERNETES)];
  const held = { names: [...JSON.stringify(images).matchAll(/"image":"([^"]+)"/g)].map(([, name]) => name) };
  return createLivingCluster(
    [...manifestInstall(OLDER, KUBERNETES), ...files].map((object) => {
      if (object.kind === 'Node') return withField(object, 'status', { images: [held] });
      return change(object.kind === 'APIService' ? withField(object, 'spec', { caBundle: CA }) : object);
    }),
  );
}

function withField(object: KubernetesObject, name: string, fields: object): KubernetesObject {
  return { ...object, [name]: { ...(object[name] as object), ...fields } };
}

function readerOf(files: Readonly<Record<string, string>> = FILES) {
  return createManifestReader(createFakeManifestSource(files));
}

function planOf(cluster: LivingCluster, files?: Readonly<Record<string, string>>): Promise<UpgradePlan> {
  return runPlan(cluster.client, readerOf(files), buildOptions({ target: versionOf(NEWER) }));
}

function upgrade(
  cluster: LivingCluster,
  options: Partial<UpgradeOptions> = {},
  client: ClusterClient = cluster.client,
): Promise<UpgradeOutcome> {
  return runUpgrade(client, readerOf(), createFakeReportStore(), {
    ...buildOptions({ target: versionOf(NEWER) }),
    ...fastOptions(),
    rollbackOnFailure: true,
    findBundle: () => Promise.reject(new Error('no upgrade died')),
    backUp: async () => ({
      reader: await save(cluster.client),
      directory: 'backup',
      artifact: null,
      createdAt: new Date().toISOString(),
    }),
    ...options,
  });
}

function imagesOf(object: KubernetesObject | null): readonly string[] {
  return [...JSON.stringify(object?.['spec']).matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image ?? '');
}

describe('an install with Calico’s API server and the CSI driver from files of their own', () => {
  it('shows them in the plan: their stage, what is kept, and the images to pull', async () => {
    const plan = await planOf(clusterOf());
    expect(plan.verdict).toBe('ready');
    const stage = plan.hops[0]?.stages.find(({ name }) => name === 'apiserver');
    expect(stage?.changes.map(({ object }) => object.name)).toEqual([
      'calico-apiserver',
      'v3.projectcalico.org',
      'csi-node-driver',
    ]);
    expect(plan.hops[0]?.customisations).toEqual([
      expect.objectContaining({ object: REGISTRATION, field: 'spec.caBundle', live: CA, outcome: 'kept' }),
    ]);
    expect(plan.images.map(({ image }) => image)).toEqual(
      expect.arrayContaining(
        ['apiserver', 'csi', 'node-driver-registrar'].map((name) => `quay.io/calico/${name}:${NEWER}`),
      ),
    );
  });

  it('goes with the rest: the authority stays, and so does what the user made of the policy', async () => {
    const cluster = clusterOf((object) =>
      object.kind === 'NetworkPolicy' ? withField(object, 'spec', { egress: [{}] }) : object,
    );
    const policy = await cluster.client.get(ALLOW);
    const outcome = await upgrade(cluster);
    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(imagesOf(await cluster.client.get(API_SERVER))).toEqual([`quay.io/calico/apiserver:${NEWER}`]);
    expect(imagesOf(await cluster.client.get(CSI_DRIVER))).toEqual([
      `quay.io/calico/csi:${NEWER}`,
      `quay.io/calico/node-driver-registrar:${NEWER}`,
    ]);
    expect((await cluster.client.get(REGISTRATION))?.['spec']).toMatchObject({ caBundle: CA });
    expect(await cluster.client.get(ALLOW)).toEqual(policy);
    const steps = outcome.hops[0]?.results.filter(({ stage }) => stage === 'apiserver') ?? [];
    expect(steps.map(({ title, outcome: end }) => [title, end])).toEqual([
      ['Calico’s API server, its APIService and hooks', 'done'],
      ['csi-node-driver’s template; its pods stay for now', 'done'],
      ['csi-node-driver, wave 1 of 2', 'done'],
      ['csi-node-driver, wave 2 of 2', 'done'],
      ['csi-node-driver’s own update strategy', 'done'],
    ]);
    expect((await inspect(cluster.client)).calico?.versions.running).toEqual(versionOf(NEWER));
  });

  it('goes back as a whole where the new API server crashes', async () => {
    const cluster = clusterOf();
    const before = await contentsOf(cluster.client);
    cluster.onPod = (pod) =>
      imagesOf(pod).includes(`quay.io/calico/apiserver:${NEWER}`)
        ? withField(pod, 'status', {
            conditions: [{ type: 'Ready', status: 'False' }],
            containerStatuses: [
              {
                name: 'calico-apiserver',
                restartCount: 5,
                state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
              },
            ],
          })
        : pod;
    const outcome = await upgrade(cluster);
    expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
    expect(outcome.reason).toMatch(/^apiserver, .*CrashLoopBackOff/s);
    expect(await contentsOf(cluster.client)).toEqual(before);
  });

  it('is gone on with wherever a run dies among them', async () => {
    const isOfTheirs = (write: string): boolean => /calico-apiserver|csi-node-driver/.test(write);
    const whole = clusterOf();
    const living = dyingClient(whole.client, null, isOfTheirs);
    await upgrade(whole, {}, living);
    const writes = living.writes().length;
    const target = await contentsOf(whole.client);
    // The server, and the driver's template, pods and strategy
    expect(writes).toBe(6);
    for (let write = 1; write <= writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const cluster = clusterOf();
        let bundle: MemoryBundle | null = null;
        const backUp = async () => {
          bundle ??= await save(cluster.client);
          return { reader: bundle, directory: 'backup', artifact: null, createdAt: new Date().toISOString() };
        };
        await upgrade(cluster, { backUp }, dyingClient(cluster.client, { write, when }, isOfTheirs)).catch(
          () => undefined,
        );
        const outcome = await upgrade(cluster, { run: 'another run', backUp, findBundle: backUp });
        const { ended, reason } = outcome;
        expect({ write, when, ended, reason }).toEqual({ write, when, ended: 'done', reason: '' });
        expect(await contentsOf(cluster.client)).toEqual(target);
      }
    }
  }, 600_000);

  it.each([
    ['the installed release', OLDER],
    ['the target', NEWER],
  ])('is stopped where %s has no such file', async (_, release) => {
    const cluster = clusterOf();
    const files = Object.fromEntries(
      Object.entries(FILES).filter(([name]) => name !== `${release}/apiserver.yaml`),
    );
    const plan = await planOf(cluster, files);
    expect(plan.verdict).toBe('blocked');
    expect(plan.findings.map(({ code }) => code)).toContain('customisations-unknown');
    expect(plan.summary + JSON.stringify(plan.findings)).toContain(
      `There is no ${release}/apiserver.yaml. Deployment calico-apiserver/calico-apiserver came from such a file, and would stay behind.`,
    );
    expect(cluster.client.calls.filter(isWrite)).toEqual([]);
  });

  it('is stopped where the API server lies elsewhere than in upstream’s file', async () => {
    const cluster = clusterOf((object) =>
      object.kind === 'Deployment' && object.metadata.name === 'calico-apiserver'
        ? { ...object, metadata: { ...object.metadata, namespace: 'calico-system' } }
        : object,
    );
    const { verdict, findings } = await planOf(cluster);
    expect(verdict).toBe('blocked');
    expect(JSON.stringify(findings)).toContain(
      'Deployment calico-system/calico-apiserver is not of upstream’s apiserver.yaml',
    );
  });

  it('is stopped where the target has another of what stays', async () => {
    const name = `${NEWER}/csi-driver.yaml`;
    const files = { ...FILES, [name]: (FILES[name] ?? '').replace('Ephemeral', 'Persistent') };
    expect(JSON.stringify((await planOf(clusterOf(), files)).findings)).toContain(
      'The target has another CSIDriver csi.tigera.io, which is not written.',
    );
  });
});
