import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { groupOf, referenceOf } from '../../../src/cluster/object-name.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { belongsToInstall } from '../../../src/upgrade/backup/install-scope.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installCalico, variantsOf } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import {
  isDefinition,
  manifestAvailability,
  manifestVersions,
} from '../../../test-cluster/ready-made/manifests.js';
import { startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { eventually } from '../../test-cluster/eventually.js';
import { contentsOf, objectsThatGoBack, rollBack, rolledOut, save } from './live-run.js';

/** What this program does not touch: on Kubernetes v1.34 no v3.22 runs; canal and etcd are refused. */
const REFUSED = /^(?:canal|calico-etcd)$/;
const versions = manifestAvailability().isAvailable
  ? manifestVersions().filter((version) => !version.startsWith('v3.22') && !version.includes('branch'))
  : [];
/** The newest release that has a variant. */
function newestWith(variant: string): string | undefined {
  return versions.filter((version) => variantsOf(version).some((one) => one === variant)).at(-1);
}

/** Every release, and every variant once. */
const installs = versions.flatMap((version) =>
  variantsOf(version)
    .filter((variant) => !REFUSED.test(variant))
    .filter((variant) => variant === 'calico' || version === newestWith(variant))
    .map((variant) => [version, variant] as const),
);

/** Numbers that look random and are the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

/** Deletes a third of what may go back, and mangles another. */
async function mangle(client: ClusterClient, next: () => number): Promise<number> {
  const objects = (await objectsThatGoBack(client)).filter(
    (object) => object.kind !== 'Namespace' && (belongsToInstall(object) || isUsers(object)),
  );
  let mangled = 0;
  for (const object of objects) {
    const dice = next();
    if (dice < 1 / 3) await client.delete(referenceOf(object));
    else if (dice < 2 / 3) await mangleOne(client, object);
    if (dice < 2 / 3) mangled += 1;
  }
  return mangled;
}

/** Controllers write as well: what they wrote meanwhile is read again. */
async function mangleOne(client: ClusterClient, object: KubernetesObject): Promise<void> {
  await eventually(async () => {
    const live = await client.get(referenceOf(object));
    return live === null ? true : client.replace(mangledOf(live), { fieldManager: 'somebody' });
  });
}

function isUsers({ apiVersion }: KubernetesObject): boolean {
  return /calico|networking\.k8s\.io/.test(groupOf(apiVersion));
}

function mangledOf(object: KubernetesObject): KubernetesObject {
  const labels = { ...object.metadata.labels, mangled: 'yes' };
  const metadata = { ...object.metadata, labels };
  if (Array.isArray(object['rules'])) return { ...object, metadata, rules: [] };
  if (Array.isArray(object['subjects'])) return { ...object, metadata, subjects: [] };
  if (object.kind === 'ConfigMap') return { ...object, metadata, data: {} };
  return { ...object, metadata };
}

describeWithCalico('restore after backup, on every install', { own: true, lightNodes: 1 }, (cluster) => {
  let client: ClusterClient;
  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
  });

  it.each(installs)(
    'of %s %s is the identity, whatever was deleted or mangled',
    async (version, variant) => {
      const { objects } = await installCalico(client, { method: 'manifest', version, variant });
      const namespace = `shop-${version.replaceAll('.', '-')}-${variant}`.toLowerCase();
      await installCalicoData(client, { namespace });
      const before = await contentsOf(client);
      const bundle = await save(client);
      expect(await mangle(client, numbers(before.size + variant.length))).toBeGreaterThan(10);
      const outcome = await rollBack(client, bundle, { force: true, choice: 'bundle' });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect(await contentsOf(client)).toEqual(before);
      for (const object of objects) if (!isDefinition(object)) await client.delete(referenceOf(object));
    },
    60_000,
  );
});

describeWithCalico(
  'where all of Calico was deleted, its definitions too,',
  { own: true, lightNodes: 3 },
  (cluster) => {
    it('a rollback brings all of it back, with every policy and pool', async () => {
      const client = await createClusterClient(cluster().kubeconfig, null);
      const { objects } = await installCalico(client, { method: 'manifest', version: 'v3.31.7' });
      await installCalicoData(client);
      await rolledOut(client);
      const before = await contentsOf(client);
      const bundle = await save(client);
      for (const object of objects) await client.delete(referenceOf(object));
      await eventually(async () => {
        const { kinds } = await client.discover();
        return kinds.some(({ apiVersion }) => apiVersion.startsWith('crd.projectcalico.org')) ? null : true;
      });

      const stopped = await rollBack(client, bundle);
      expect(stopped.plan.findings.map(({ code }) => code)).toContain('rollback-conflict');
      const outcome = await rollBack(client, bundle, { choice: 'bundle' });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect(await contentsOf(client)).toEqual(before);
    }, 120_000);
  },
);

describeWithCalico('a rollback where every fifth request fails', { own: true, lightNodes: 3 }, (cluster) => {
  it('ends where one does that nothing disturbs', async () => {
    const client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: 'v3.30.7' });
    await installCalicoData(client);
    await rolledOut(client);
    const before = await contentsOf(client);
    const bundle = await save(client);
    await installCalico(client, { method: 'manifest', version: 'v3.31.7', command: 'apply --server-side' });
    await rolledOut(client);
    const proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig, seed: 1 });
    try {
      proxy.disturb(0.2);
      const disturbed = await createClusterClient(proxy.kubeconfig, null, { silenceMs: 1_000 });
      const outcome = await rollBack(disturbed, bundle, { choice: 'bundle' });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect(proxy.seen.requests().filter(({ fault }) => fault !== null).length).toBeGreaterThan(20);
    } finally {
      await proxy.stop();
    }
    const after = await contentsOf(client);
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect((await rollBack(client, bundle)).plan.verdict).toBe('nothing-to-do');
  }, 240_000);
});
