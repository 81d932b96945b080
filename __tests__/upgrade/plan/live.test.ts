import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../../src/catalog/queries.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import type { PlanOptions, UpgradePlan } from '../../../src/upgrade/plan/plan.js';
import { runPlan } from '../../../src/upgrade/plan/run-plan.js';
import { formatVersion } from '../../../src/version/version.js';
import { installCalico, type InstallOptions } from '../../../test-cluster/ready-made/install-calico.js';
import { isDefinition, manifestDirectory } from '../../../test-cluster/ready-made/manifests.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import { clientOfPlanner, lastingWritesOf, PLANNER } from '../../cluster/live/planner.js';
import { eventually } from '../../test-cluster/eventually.js';
import { buildOptions } from './build-options.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';

function plan(client: ClusterClient, options: Partial<PlanOptions> = {}): Promise<UpgradePlan> {
  const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
  return runPlan(client, manifests, buildOptions(options));
}

function blockers({ findings }: UpgradePlan): readonly string[] {
  const stopping = findings.filter(({ weight }) => weight === 'mandatory' || weight === 'skippable');
  return [...new Set(stopping.map(({ code }) => code))].sort();
}

/** Installs Calico on light nodes, and waits until it is as ready as it gets. */
async function install(client: ClusterClient, options: InstallOptions): Promise<() => Promise<void>> {
  const { objects } = await installCalico(client, options);
  const name = options.variant === 'canal' ? 'canal' : 'calico-node';
  await eventually(async () => {
    const daemonSet = await client.get({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      namespace: 'kube-system',
      name,
    });
    const status = daemonSet?.['status'] as
      { readonly numberReady?: number; readonly desiredNumberScheduled?: number } | undefined;
    return status?.numberReady === status?.desiredNumberScheduled && (status?.numberReady ?? 0) > 0
      ? true
      : null;
  }, 120_000);
  return async () => {
    for (const object of objects.filter((one) => !isDefinition(one)))
      await client.delete(referenceOf(object));
    await eventually(async () => {
      for await (const { items } of client.list(
        { apiVersion: 'v1', kind: 'Pod' },
        { namespace: 'kube-system' },
      )) {
        if (items.length > 0) return null;
      }
      return true;
    }, 60_000);
  };
}

describeWithCalico('plan on a cluster', { lightNodes: 3, audit: true, own: true }, (cluster) => {
  let administrator: ClusterClient;
  let asPlanner: ClusterClient;
  let uninstall: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    administrator = await createClusterClient(cluster().kubeconfig, null);
    asPlanner = await clientOfPlanner(cluster(), administrator);
  });

  beforeEach(async () => {
    await uninstall();
    uninstall = () => Promise.resolve();
  }, 90_000);

  it('without Calico there is nothing to plan, and it says so', async () => {
    const found = await plan(administrator);
    expect(found.verdict).toBe('blocked');
    expect(blockers(found)).toEqual(['calico-missing']);
  });

  it.each<[string, string, InstallOptions['variant'], string]>([
    ['v3.25.2', 'v3.25.2', 'calico', 'v3.31.7'],
    ['v3.26.4', 'v3.26.4', 'calico-typha', 'v3.29.7'],
    ['v3.28.2', 'v3.28.2', 'calico', 'v3.29.7'],
    ['v3.29.7', 'v3.29.7', 'calico-typha', 'v3.30.7'],
    ['v3.30.7', 'v3.30.7', 'calico', 'v3.32.1'],
    ['v3.31.7', 'v3.31.7', 'calico', 'v3.32.1'],
  ])(
    '%s untouched: %s %s, to %s',
    async (directory, version, variant = 'calico', target) => {
      uninstall = await install(administrator, { version: directory, method: 'manifest', variant });
      const found = await plan(administrator, { target: versionOf(target), force: true });
      expect({
        verdict: found.verdict,
        running: found.calico?.versions.running && formatVersion(found.calico.versions.running),
        variant: found.calico?.variant,
        customisations: found.hops.flatMap((hop) => hop.customisations),
        refused: found.hops.flatMap(({ stages }) =>
          stages.flatMap(({ changes }) => changes.filter(({ dryRun }) => dryRun === 'refused')),
        ),
      }).toEqual({ verdict: expect.any(String), running: version, variant, customisations: [], refused: [] });
      expect(blockers(found).filter((code) => code !== 'pair-untested' && code !== 'typha-replicas')).toEqual(
        [],
      );
      const node = found.hops[0]?.stages.find(({ name }) => name === 'node');
      expect(node?.changes.map(({ action, dryRun }) => [action, dryRun])).toEqual([['update', 'accepted']]);
      expect(node?.estimateMs).toBeGreaterThan(0);
    },
    180_000,
  );

  it('what the user changed is found and kept, under the read-only role, which writes nothing', async () => {
    uninstall = await install(administrator, {
      version: 'v3.30.7',
      method: 'manifest',
      customisations: { mtu: 1400, ipAutodetection: 'interface=eth1' },
    });
    const found = await plan(asPlanner, { target: versionOf('v3.32.1') });
    const [hop] = found.hops;
    expect(hop?.customisations.map(({ field, outcome }) => [outcome, field])).toEqual(
      expect.arrayContaining([
        ['kept', 'data.veth_mtu'],
        ['kept', expect.stringContaining('IP_AUTODETECTION_METHOD')],
      ]),
    );
    expect(hop?.stages.flatMap(({ changes }) => changes).every(({ dryRun }) => dryRun === 'not-tried')).toBe(
      true,
    );
    expect(blockers(found)).toContain('permission-missing');
    expect(found.missingRules).toContainEqual({
      apiGroups: ['apps'],
      resources: ['daemonsets'],
      verbs: expect.arrayContaining(['patch']),
    });
    expect(lastingWritesOf(cluster(), PLANNER)).toEqual([]);
  }, 180_000);

  it('at the target there is nothing to do', async () => {
    uninstall = await install(administrator, { version: 'v3.32.1', method: 'manifest' });
    const found = await plan(administrator);
    expect(found.verdict).toBe('nothing-to-do');
    expect(found.hops).toEqual([]);
  }, 180_000);

  it('canal is refused with the reason', async () => {
    uninstall = await install(administrator, { version: 'v3.30.7', method: 'manifest', variant: 'canal' });
    const found = await plan(administrator, { target: versionOf('v3.32.1') });
    expect(found.verdict).toBe('blocked');
    expect(blockers(found)).toContain('canal');
  }, 180_000);

  it('stored objects that the target’s schemas refuse are named before they are written', async () => {
    uninstall = await install(administrator, { version: 'v3.30.7', method: 'manifest' });
    await administrator.create(
      {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'FelixConfiguration',
        metadata: { name: 'default' },
        spec: { iptablesBackend: 'nft', bpfRedirectToPeer: 'L2Only' },
      },
      { fieldManager: 'test' },
    );
    const found = await plan(administrator, { target: versionOf('v3.32.1') });
    expect(blockers(found)).toContain('stored-object-refused');
    const evidence = found.findings.find(({ code }) => code === 'stored-object-refused')?.evidence ?? [];
    expect(evidence.map(({ field }) => field).sort()).toEqual([
      'spec.bpfRedirectToPeer',
      'spec.iptablesBackend',
    ]);
  }, 180_000);
});
