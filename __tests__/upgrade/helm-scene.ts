import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { findHelm, type HelmOptions } from '../../src/adapters/helm.js';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../src/catalog/queries.js';
import { listAt, textAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import type { Chart, Helm } from '../../src/ports/helm.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { findProgram } from '../../test-cluster/binaries.js';
import { operatorObjects } from '../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../test-cluster/ready-made/install-objects.js';
import { isDefinition, manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../test-cluster/types.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import { runHelm } from '../test-cluster/run-helm.js';
import { chartsOf, installChart, packChart } from './helm-chart.js';
import { buildOptions } from './plan/build-options.js';
import { contentsOf, runOptions, save } from './restore/live-run.js';
import { OPERATOR, type OperatorScene, running, startScene } from './restore/operator-scene.js';

const NAMESPACE = ['--namespace', 'tigera-operator'] as const;

/** What an install by Helm is made of, and where it goes. */
export interface HelmInstall {
  /** `v3.30.7` */
  readonly older: string;
  readonly newer: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** What a user changes by hand once it runs. */
  readonly customise?: (client: ClusterClient) => Promise<void>;
}

/** A cluster with Calico by the real helm, and the operator played. */
export interface HelmScene extends OperatorScene {
  readonly helm: Helm;
  readonly helmOf: (options?: Partial<HelmOptions>) => Promise<Helm>;
  readonly chartOf: (version: string) => Chart;
  /** Where helm leaves what it leaves. */
  readonly folder: string;
  /** What upgrades said. */
  readonly said: readonly string[];
  /** @param as whose requests they are, apart from helm's own; the scene's client where nothing is said */
  readonly upgrade: (options?: Partial<UpgradeOptions>, as?: ClusterClient) => Promise<UpgradeOutcome>;
  /** @throws where anything is not as it was before the first upgrade */
  readonly isAsBefore: () => Promise<void>;
}

/** Installs the older release, waits until it runs, and notes what is there. */
export async function startHelmScene(
  cluster: TestCluster,
  { older, newer, values, customise }: HelmInstall,
): Promise<HelmScene> {
  const folder = mkdtempSync(join(tmpdir(), 'upgrade-helm-'));
  const scene = await startScene(cluster);
  const { client, operator } = scene;
  const said: string[] = [];
  const helmOf = (options: Partial<HelmOptions> = {}): Promise<Helm> => findOwn(cluster, folder, options);
  const helm = await helmOf();
  const charts: Readonly<Record<string, Chart>> = {
    [older]: await packChart(cluster, older),
    [newer]: await packChart(cluster, newer),
  };
  const objects = operatorObjects(older).filter((one) => isDefinition(one) || one.kind === 'Namespace');
  await installObjects(client, objects, { command: 'apply --server-side' });
  await installChart(cluster, chartOf(older), values);
  await running(client, older);
  await customise?.(client);
  await operator.settle();
  const before = await contentsOf(client);

  function chartOf(version: string): Chart {
    const chart = charts[version];
    if (chart === undefined) throw new Error(version);
    return chart;
  }

  function upgrade(options: Partial<UpgradeOptions> = {}, as = client): Promise<UpgradeOutcome> {
    const store = createFakeReportStore();
    const note = (text: string): void => void said.push(text);
    const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
    return runUpgrade(as, manifests, store, {
      ...buildOptions({ target: versionOf(newer), force: true }),
      ...runOptions({ force: true, maxUnavailable: { nodes: 3 } }),
      rollbackOnFailure: true,
      helm,
      charts: chartsOf(charts),
      onProgress: note,
      onWarning: note,
      findBundle: () => Promise.reject(new Error('no run died')),
      backUp: async () => ({
        reader: await save(as),
        directory: 'backup',
        artifact: null,
        createdAt: new Date().toISOString(),
      }),
      ...options,
    });
  }

  async function isAsBefore(): Promise<void> {
    await operator.settle();
    // Tiers are made by Calico itself, and nothing of an older release minds them
    const isTold = (name: string): boolean => before.has(name) || !name.includes(' Tier /');
    const after = [...(await contentsOf(client))].filter(([name]) => isTold(name));
    expect(new Map(after)).toEqual(before);
    expect((await inspect(client)).leftovers).toEqual([]);
    expect(await valuesOf(cluster)).toEqual(values);
  }

  async function stop(): Promise<void> {
    await scene.stop();
    rmSync(folder, { recursive: true });
  }

  return { ...scene, helm, helmOf, chartOf, folder, said, upgrade, isAsBefore, stop };
}

/** A user's own hand on the operator: what the chart says nothing of, and what it does say. */
export async function customise(client: ClusterClient): Promise<void> {
  const operator = await client.get(OPERATOR);
  const [container] = listAt(operator, 'spec', 'template', 'spec', 'containers');
  const env = [...listAt(container, 'env'), { name: 'HTTPS_PROXY', value: 'http://proxy.example.com' }];
  await client.apply(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'tigera-operator', namespace: 'tigera-operator' },
      spec: {
        template: { spec: { dnsPolicy: 'Default', containers: [{ name: textAt(container, 'name'), env }] } },
      },
    },
    { fieldManager: 'kubectl-edit', force: true },
  );
}

async function findOwn(cluster: TestCluster, folder: string, options: Partial<HelmOptions>): Promise<Helm> {
  const found = findHelm({
    kubeconfig: cluster.kubeconfig,
    context: null,
    directory: '/',
    variables: { PATH: dirname(await findProgram('helm')), HOME: folder },
    temporary: folder,
    ...options,
  });
  if (found === null) throw new Error('not found');
  return found;
}

/** Revisions as Helm tells them: `1 superseded tigera-operator-v3.30.7`. */
export async function history(cluster: TestCluster): Promise<readonly string[]> {
  const rows = JSON.parse(
    await runHelm(cluster, 'history', 'calico', ...NAMESPACE, '-o', 'json'),
  ) as readonly Readonly<Record<string, unknown>>[];
  return rows.map(({ revision, status, chart }) => `${String(revision)} ${String(status)} ${String(chart)}`);
}

export async function valuesOf(cluster: TestCluster): Promise<unknown> {
  return JSON.parse(await runHelm(cluster, 'get', 'values', 'calico', ...NAMESPACE, '-o', 'json'));
}
