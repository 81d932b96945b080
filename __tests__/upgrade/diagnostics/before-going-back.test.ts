import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import { collectDiagnostics } from '../../../src/upgrade/diagnostics/collect.js';
import { runUpgrade, type UpgradeOutcome } from '../../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../../src/upgrade/upgrade-options.js';
import { eventually } from '../../test-cluster/eventually.js';
import { createFakeManifestSource } from '../../ports/fake-manifest-source.js';
import { createFakeReportStore, type FakeReportStore } from '../../ports/fake-report-store.js';
import { buildOptions } from '../plan/build-options.js';
import { filesOf } from '../preflight/clusters/upstream-files.js';
import { manifestInstall } from '../preflight/clusters/well-clusters.js';
import { save } from '../restore/live-run.js';
import { createLivingCluster, isWrite, type LivingCluster } from '../restore/living-cluster.js';
import { fastOptions, KUBERNETES, NEWER, OLDER } from '../restore/scene.js';

/** A cluster on which the newer calico-node crashes. */
function crashingCluster(): LivingCluster {
  const objects = manifestInstall(OLDER, KUBERNETES).map((object) =>
    object.kind === 'Node' ? holdingAll(object) : object,
  );
  const cluster = createLivingCluster(objects);
  cluster.onPod = (pod) => {
    const isNew =
      pod.metadata.name.startsWith('calico-node') && JSON.stringify(pod).includes(`node:${NEWER}`);
    return isNew ? crashing(pod) : pod;
  };
  return cluster;
}

/** Nothing is to be pulled beforehand. */
function holdingAll(node: KubernetesObject): KubernetesObject {
  const names = [...JSON.stringify(manifestInstall(NEWER, KUBERNETES)).matchAll(/"image":"([^"]+)"/g)];
  return {
    ...node,
    status: { ...(node['status'] as object), images: [{ names: names.map(([, name]) => name) }] },
  };
}

function crashing(pod: KubernetesObject): KubernetesObject {
  const state = {
    waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
  };
  const containerStatuses = [{ name: 'calico-node', restartCount: 5, containerID: 'containerd://1', state }];
  return {
    ...pod,
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }], containerStatuses },
  };
}

async function upgrade(
  cluster: LivingCluster,
  store: FakeReportStore,
  { limitMs = 600_000, ...more }: Partial<UpgradeOptions> & { readonly limitMs?: number } = {},
): Promise<UpgradeOutcome> {
  const { client } = cluster;
  const options = fastOptions({ force: true });
  return runUpgrade(
    client,
    createManifestReader(createFakeManifestSource({ ...filesOf(OLDER), ...filesOf(NEWER) })),
    createFakeReportStore(),
    {
      ...buildOptions({ target: versionOf(NEWER), force: true }),
      ...options,
      rollbackOnFailure: true,
      findBundle: () => Promise.reject(new Error('no run has died here')),
      backUp: async () => ({
        reader: await save(client),
        directory: 'backup',
        artifact: null,
        createdAt: '2026-11-27T02:00:00Z',
      }),
      onFailure: () =>
        collectDiagnostics(client, store, {
          ...options,
          folder: 'diagnostics/at-failure',
          limitMs,
          hide: (text) => text,
        }),
      ...more,
    },
  );
}

test('what failed is looked at before going back changes it', async () => {
  const store = createFakeReportStore();
  const outcome = await upgrade(crashingCluster(), store);
  expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' } });
  const pods = JSON.parse(store.text('diagnostics/at-failure/pods.json')) as KubernetesObject[];
  expect(JSON.stringify(pods[0])).toContain('CrashLoopBackOff');
  expect(store.text('diagnostics/at-failure/journal.json')).toContain('"status": "failed"');
});

test('a server that gives no logs does not hold up the way back', async () => {
  const store = createFakeReportStore();
  const cluster = crashingCluster();
  const hanging = {
    ...cluster,
    client: { ...cluster.client, logs: () => new Promise<string>(() => undefined) },
  };
  const outcome = await upgrade(hanging, store, { limitMs: 15_000 });
  expect(outcome.rollback?.ended).toBe('done');
  expect(store.text('diagnostics/at-failure/contents.json')).toContain('Not all could be read in 15 s.');
  expect(store.files.has('diagnostics/at-failure/pods.json')).toBe(true);
});

test('the way back is planned meanwhile, and writes nothing before that look is over', async () => {
  const cluster = crashingCluster();
  const said: string[] = [];
  const written = (): number =>
    cluster.client.calls.filter((call) => isWrite(call) && call.kind !== 'Lease').length;
  let during = -1;
  const outcome = await upgrade(cluster, createFakeReportStore(), {
    onProgress: (text) => said.push(text),
    onFailure: async () => {
      const before = written();
      await eventually(() => Promise.resolve(said.includes('verifying the bundle') ? true : null), 5_000);
      await sleep(500);
      during = written() - before;
    },
  });
  expect(during).toBe(0);
  expect(outcome.rollback?.ended).toBe('done');
});
