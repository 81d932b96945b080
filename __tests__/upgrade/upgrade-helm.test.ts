import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findHelm, type HelmOptions } from '../../src/adapters/helm.js';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../src/catalog/queries.js';
import { listAt, textAt, valueAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import type { Chart, Helm, HelmMove } from '../../src/ports/helm.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { findProgram } from '../../test-cluster/binaries.js';
import { operatorObjects } from '../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../test-cluster/ready-made/install-objects.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { isDefinition, manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../test-cluster/types.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import { hasHelm, runHelm } from '../test-cluster/run-helm.js';
import { chartsOf, installChart, packChart } from './helm-chart.js';
import { buildOptions } from './plan/build-options.js';
import { contentsOf, runOptions, save } from './restore/live-run.js';
import {
  INSTALLATION,
  isWell,
  OPERATOR,
  type OperatorScene,
  running,
  startScene,
  statuses,
} from './restore/operator-scene.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const SECRET = 'a-password-that-nobody-sees';
const VALUES = {
  installation: { controlPlaneReplicas: 1, nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 2 } } },
  imagePullSecrets: { pull: JSON.stringify({ auths: { 'registry.example.com': { auth: SECRET } } }) },
};
const NAMESPACE = ['--namespace', 'tigera-operator'] as const;
const WEBHOOK: ObjectReference = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  namespace: null,
  name: 'one-that-does-not-answer',
};

/** Revisions as Helm tells them: `1 superseded tigera-operator-v3.30.7`. */
async function history(cluster: TestCluster): Promise<readonly string[]> {
  const rows = JSON.parse(
    await runHelm(cluster, 'history', 'calico', ...NAMESPACE, '-o', 'json'),
  ) as readonly Readonly<Record<string, unknown>>[];
  return rows.map(({ revision, status, chart }) => `${String(revision)} ${String(status)} ${String(chart)}`);
}

async function valuesOf(cluster: TestCluster): Promise<unknown> {
  return JSON.parse(await runHelm(cluster, 'get', 'values', 'calico', ...NAMESPACE, '-o', 'json'));
}

/** Has every write of Deployments wait for a server that takes calls and does not answer. */
async function holdDeployments(client: ClusterClient, server: Server): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const webhook = {
    name: 'held.example.com',
    clientConfig: { url: `https://127.0.0.1:${port}/` },
    rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
    matchPolicy: 'Exact',
    failurePolicy: 'Fail',
    sideEffects: 'None',
    timeoutSeconds: 30,
    admissionReviewVersions: ['v1'],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tigera-operator' } },
  };
  const { apiVersion, kind, name } = WEBHOOK;
  await client.create(
    { apiVersion, kind, metadata: { name }, webhooks: [webhook] },
    { fieldManager: 'test' },
  );
}

/** A user's own hand on the operator: what the chart says nothing of, and what it does say. */
async function customise(client: ClusterClient): Promise<void> {
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

const envOf = (operator: KubernetesObject | null): readonly string[] =>
  listAt(operator, 'spec', 'template', 'spec', 'containers').flatMap((one) =>
    listAt(one, 'env').map(({ name }) => String(name)),
  );

describeWithCalico('an upgrade of an install by Helm', { own: true, lightNodes: 4 }, (cluster) => {
  // Ends before the cluster does
  (hasHelm() ? describe : describe.skip)('with the real helm and the operator', () => {
    let scene: OperatorScene;
    let helm: Helm;
    let charts: Readonly<Record<string, Chart>>;
    let folder: string;
    let before: ReadonlyMap<string, string>;
    const said: string[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'upgrade-helm-'));
      scene = await startScene(cluster());
      const { client, operator } = scene;
      helm = await helmOf();
      charts = { [OLDER]: await packChart(cluster(), OLDER), [NEWER]: await packChart(cluster(), NEWER) };
      const objects = operatorObjects(OLDER).filter((one) => isDefinition(one) || one.kind === 'Namespace');
      await installObjects(client, objects, { command: 'apply --server-side' });
      await installChart(cluster(), chartOf(OLDER), VALUES);
      await running(client, OLDER);
      await customise(client);
      await operator.settle();
      before = await contentsOf(client);
    }, 240_000);
    afterAll(async () => {
      await scene.stop();
      rmSync(folder, { recursive: true });
    });

    async function helmOf(options: Partial<HelmOptions> = {}): Promise<Helm> {
      const found = findHelm({
        kubeconfig: cluster().kubeconfig,
        context: null,
        directory: '/',
        variables: { PATH: dirname(await findProgram('helm')), HOME: folder },
        temporary: folder,
        ...options,
      });
      if (found === null) throw new Error('not found');
      return found;
    }

    function chartOf(version: string): Chart {
      const chart = charts[version];
      if (chart === undefined) throw new Error(version);
      return chart;
    }

    function upgrade(options: Partial<UpgradeOptions> = {}): Promise<UpgradeOutcome> {
      const { client } = scene;
      const store = createFakeReportStore();
      const note = (text: string): void => void said.push(text);
      const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
      return runUpgrade(client, manifests, store, {
        ...buildOptions({ target: versionOf(NEWER), force: true }),
        ...runOptions({ force: true, maxUnavailable: { nodes: 3 } }),
        rollbackOnFailure: true,
        helm,
        charts: chartsOf(charts),
        onProgress: note,
        onWarning: note,
        findBundle: () => Promise.reject(new Error('no run died')),
        backUp: async () => ({
          reader: await save(client),
          directory: 'backup',
          artifact: null,
          createdAt: new Date().toISOString(),
        }),
        ...options,
      });
    }

    async function isAsBefore(): Promise<void> {
      await scene.operator.settle();
      expect(await contentsOf(scene.client)).toEqual(before);
      expect((await inspect(scene.client)).leftovers).toEqual([]);
      expect(await valuesOf(cluster())).toEqual(VALUES);
    }

    it('is refused before anything is written where there is no helm, and where the chart is of another release', async () => {
      await expect(upgrade({ helm: null })).rejects.toThrow('there is no helm on PATH');
      const other = chartsOf({ [NEWER]: chartOf(OLDER) });
      await expect(upgrade({ charts: other })).rejects.toThrow(`and not tigera-operator ${NEWER}`);
      await isAsBefore();
      expect(await history(cluster())).toEqual([`1 deployed tigera-operator-${OLDER}`]);
    }, 120_000);

    it('whose new calico-node crashes goes back by itself, and Helm has noticed nothing', async () => {
      await cluster().lightNodes.setFaults([
        {
          on: { image: `calico/node:${NEWER}` },
          fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 },
        },
      ]);
      const outcome = await upgrade();
      await cluster().lightNodes.clearFaults();
      expect(outcome.rollback?.reason).toBe('');
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
      expect(outcome.reason).toContain('the operator, and the first nodes');
      await isAsBefore();
      expect(await history(cluster())).toEqual([`1 deployed tigera-operator-${OLDER}`]);
    }, 300_000);

    /** A helm whose upgrade is killed in the middle, before the API server gives the webhook up after 10 s, and its history then. */
    async function killedHelm(server: Server): Promise<{ readonly helm: Helm; readonly seen: string[] }> {
      const { client } = scene;
      const impatient = await helmOf({ timeoutMs: 8_000 });
      const seen: string[] = [];
      async function upgradeHeld(move: HelmMove): Promise<void> {
        await holdDeployments(client, server);
        try {
          await impatient.upgrade(move);
        } finally {
          seen.push(...(await history(cluster())));
          await client.delete(WEBHOOK);
        }
      }
      return { helm: { ...helm, upgrade: upgradeHeld }, seen };
    }

    it('whose helm is killed on its way goes back by itself, and Helm believes so', async () => {
      const server = createServer(() => undefined).listen(0, '127.0.0.1');
      const killed = await killedHelm(server);
      const outcome = await upgrade({ helm: killed.helm });
      server.close();
      expect(killed.seen).toEqual([
        `1 deployed tigera-operator-${OLDER}`,
        `2 pending-upgrade tigera-operator-${NEWER}`,
      ]);
      expect(outcome.reason).toContain('did not end within 8 s');
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done', reason: '' }, wayOut: '' });
      await isAsBefore();
      expect((await history(cluster())).at(-1)).toBe(`3 deployed tigera-operator-${OLDER}`);
    }, 400_000);

    it('moves all by its own steps, and one that is killed in the middle of Helm is gone on with', async () => {
      const { client, operator } = scene;
      const was = await client.get(INSTALLATION);
      const server = createServer(() => undefined).listen(0, '127.0.0.1');
      const killed = await killedHelm(server);
      const reader = await save(client);
      const backup = { reader, directory: 'backup', artifact: null, createdAt: new Date().toISOString() };
      const first = await upgrade({
        helm: killed.helm,
        rollbackOnFailure: false,
        backUp: () => Promise.resolve(backup),
      });
      server.close();
      expect(first).toMatchObject({ ended: 'failed', rollback: null });
      expect((await history(cluster())).at(-1)).toBe(`4 pending-upgrade tigera-operator-${NEWER}`);

      const outcome = await upgrade({ findBundle: () => Promise.resolve(backup) });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await operator.settle();
      expect((await history(cluster())).slice(-2)).toEqual([
        `4 failed tigera-operator-${NEWER}`,
        `5 deployed tigera-operator-${NEWER}`,
      ]);
      expect(await valuesOf(cluster())).toEqual(VALUES);
      const is = await client.get(INSTALLATION);
      expect(is?.metadata.uid).toBe(was?.metadata.uid);
      expect(valueAt(is, 'spec', 'nodeUpdateStrategy', 'rollingUpdate', 'maxUnavailable')).toBe(2);
      const deployment = await client.get(OPERATOR);
      expect(envOf(deployment)).toContain('HTTPS_PROXY');
      expect(textAt(deployment, 'spec', 'template', 'spec', 'dnsPolicy')).toBe('Default');
      expect((await statuses(client)).every(isWell)).toBe(true);
      const { calico, leftovers } = await inspect(client);
      expect(calico?.versions.verdict).toBe('agreed');
      expect(leftovers).toEqual([]);
      expect((await upgrade()).plan.verdict).toBe('nothing-to-do');
      expect(await history(cluster())).toHaveLength(5);
    }, 400_000);

    it('tells no secret of the values, and leaves no file', () => {
      expect(said.join('\n')).not.toContain(SECRET);
      expect(readdirSync(folder).filter((name) => name.startsWith('helm-'))).toEqual([]);
    });
  });
});
