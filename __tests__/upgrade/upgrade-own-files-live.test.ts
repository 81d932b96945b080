import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../src/catalog/queries.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import type { ManifestSource } from '../../src/ports/manifest-source.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { runPlan } from '../../src/upgrade/plan/run-plan.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { formatVersion } from '../../src/version/version.js';
import { type CalicoApi, serveCalicoApi } from '../../test-cluster/operator/calico-api.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../test-cluster/ready-made/install-objects.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import {
  manifestAvailability,
  manifestDirectory,
  manifestFiles,
  parseManifest,
} from '../../test-cluster/ready-made/manifests.js';
import { createFakeManifestSource } from '../ports/fake-manifest-source.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import { eventually } from '../test-cluster/eventually.js';
import { API_SERVER, CSI_DRIVER, ownFilesOf, REGISTRATION } from './own-files.js';
import { buildOptions } from './plan/build-options.js';
import { contentsOf, rolledOut, runOptions, save } from './restore/live-run.js';

const [OLDER, NEWER] = ['v3.28.2', 'v3.29.7'];
const FILES = ['apiserver.yaml', 'csi-driver.yaml'];
/** Where upstream's are not to be had, small ones of the same form stand for them. */
const hasUpstreams =
  manifestAvailability().isAvailable &&
  [OLDER, NEWER].every((release) => FILES.every((file) => manifestFiles(release).includes(file)));

const kind = hasUpstreams ? 'upstream’s files' : 'small files of our own';
describeWithCalico(
  `an upgrade of Calico’s API server and the CSI driver, from ${kind}`,
  { own: true, lightNodes: 3 },
  (cluster) => {
    let client: ClusterClient;
    let api: CalicoApi;
    const source = sourceOf();
    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      await installCalico(client, { method: 'manifest', version: OLDER });
      api = await serveCalicoApi(client);
      await installBoth(client, source, api);
      await rolledOut(client);
      await available(client);
    }, 240_000);
    afterAll(() => api.stop());

    function upgrade(soakMs = 0) {
      return runUpgrade(client, createManifestReader(source), createFakeReportStore(), {
        ...buildOptions({ target: versionOf(NEWER), force: true }),
        ...runOptions({ force: true, soakMs }),
        rollbackOnFailure: true,
        findBundle: () => Promise.reject(new Error('no upgrade died')),
        backUp: async () => ({
          reader: await save(client),
          directory: 'backup',
          artifact: null,
          createdAt: new Date().toISOString(),
        }),
      });
    }

    it('finds no other change in them than what was put in by hand', async () => {
      const plan = await runPlan(
        client,
        createManifestReader(source),
        buildOptions({ target: versionOf(NEWER) }),
      );
      const port = String(api.endpoint.port);
      const changes = plan.hops[0]?.customisations.map(
        ({ object, field, outcome }) => `${object.name} ${field.replace(port, 'PORT')} ${outcome}`,
      );
      expect(changes?.sort()).toEqual([
        'calico-api spec.externalName kept',
        'calico-api spec.ports[port=443,protocol=TCP] kept',
        'calico-api spec.ports[port=PORT,protocol=TCP] kept',
        'calico-api spec.type kept',
        'v3.projectcalico.org spec.caBundle kept',
        'v3.projectcalico.org spec.service.port kept',
      ]);
    });

    it('that crashes goes back, the registration with its authority as it was', async () => {
      const before = await contentsOf(client);
      await cluster().lightNodes.setFaults([
        {
          on: { image: `calico/apiserver:${NEWER}` },
          fault: { kind: 'crash-loop', container: 'calico-apiserver', exitCode: 2, backOffMs: 300 },
        },
      ]);
      const outcome = await upgrade(3_000);
      await cluster().lightNodes.clearFaults();
      expect([outcome.plan.summary, ...mandatory(outcome)]).toEqual([expect.stringContaining('ready')]);
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
      expect(outcome.reason).toMatch(/^apiserver, .*CrashLoopBackOff/s);
      expect(await contentsOf(client)).toEqual(before);
      await available(client);
    }, 180_000);

    it('brings both to the target, and the API answers', async () => {
      const authority = specOf(await client.get(REGISTRATION))['caBundle'];
      const outcome = await upgrade();
      expect([outcome.plan.summary, ...mandatory(outcome)]).toEqual([expect.stringContaining('ready')]);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      for (const workload of [API_SERVER, CSI_DRIVER]) {
        const text = JSON.stringify(await client.get(workload));
        expect(text).toContain(`:${NEWER}"`);
        expect(text).not.toContain(`:${OLDER}"`);
      }
      expect(specOf(await client.get(REGISTRATION))['caBundle']).toBe(authority);
      const { calico, failedGroups } = await inspect(client);
      expect(calico?.components.apiserver?.apiService).toMatchObject({ isAvailable: true });
      expect(calico?.versions.running && formatVersion(calico.versions.running)).toBe(NEWER);
      expect(failedGroups).toEqual([]);
    }, 180_000);
  },
);

function mandatory({ plan }: UpgradeOutcome): readonly string[] {
  return plan.findings.filter(({ weight }) => weight === 'mandatory').map(({ message }) => message);
}

function sourceOf(): ManifestSource {
  const upstream = createManifestSource(manifestDirectory(), '/', {});
  if (hasUpstreams) return upstream;
  const own = createFakeManifestSource({ ...ownFilesOf(OLDER), ...ownFilesOf(NEWER) });
  return {
    description: 'upstream and memory',
    read: (release, file) => (FILES.includes(file) ? own : upstream).read(release, file),
  };
}

/** As upstream's page says: the files, then the authority of a certificate of one's own in the registration. */
async function installBoth(client: ClusterClient, source: ManifestSource, api: CalicoApi): Promise<void> {
  for (const file of FILES) {
    const read = await source.read(versionOf(OLDER), file);
    if (read.kind === 'none') throw new Error(read.message);
    const { refused } = await installObjects(client, parseManifest(read.text), { command: 'apply' });
    expect(refused).toEqual([]);
  }
  const { host, port, authority } = api.endpoint;
  // Pods of light nodes answer nobody: the Service leads to this machine
  await patch(
    client,
    { apiVersion: 'v1', kind: 'Service', namespace: 'calico-apiserver', name: 'calico-api' },
    {
      type: 'ExternalName',
      externalName: host,
      ports: [{ name: 'apiserver', port, protocol: 'TCP' }],
    },
  );
  await patch(client, REGISTRATION, {
    caBundle: Buffer.from(authority).toString('base64'),
    service: { name: 'calico-api', namespace: 'calico-apiserver', port },
  });
}

async function patch(client: ClusterClient, object: ObjectReference, spec: object): Promise<void> {
  await client.patch(object, { type: 'merge', body: { spec } }, { fieldManager: 'kubectl-patch' });
}

function available(client: ClusterClient): Promise<boolean> {
  return eventually(async () => {
    const { calico, failedGroups } = await inspect(client);
    const isAvailable = calico?.components.apiserver?.apiService?.isAvailable === true;
    return isAvailable && failedGroups.length === 0 ? true : null;
  }, 60_000);
}

function specOf(object: KubernetesObject | null): Readonly<Record<string, unknown>> {
  return (object?.['spec'] ?? {}) as Readonly<Record<string, unknown>>;
}
