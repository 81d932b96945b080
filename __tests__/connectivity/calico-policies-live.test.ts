import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../src/cluster/inspect.js';
import { OWN_LABELS } from '../../src/cluster/own-label.js';
import { findCalicoPolicies, removeCalicoPolicies } from '../../src/connectivity/find-calico-policies.js';
import { LAYER7_NAMESPACE } from '../../src/connectivity/layer7/layer7-objects.js';
import { PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import type { CalicoPolicies } from '../../src/connectivity/scene.js';
import { POLICY_CALICO, POLICY_TIERS } from '../../src/connectivity/scenarios/calico-policies.js';
import { POLICY_L7 } from '../../src/connectivity/scenarios/layer7.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { clearLeftovers } from '../../src/upgrade/lock/clear-leftovers.js';
import { takeSnapshot } from '../../src/upgrade/post-checks/snapshot.js';
import { describeWithCluster } from '../../test-cluster/jest.js';
import { installObjects } from '../../test-cluster/ready-made/install-objects.js';
import { isDefinition, readManifest } from '../../test-cluster/ready-made/manifests.js';
import { buildScene } from './build-scene.js';

const [WITHOUT_TIERS, WITH_TIERS] = ['v3.28.2', 'v3.31.7'];
const MANAGER = { fieldManager: 'test' };
const READY: CalicoPolicies = {
  apiVersion: 'crd.projectcalico.org/v1',
  whyNoPolicies: null,
  whyNoTiers: null,
};

describeWithCluster('policies of Calico’s on a real API server', { own: true }, (cluster) => {
  let client: ClusterClient;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    for (const name of [PROBE_NAMESPACE, LAYER7_NAMESPACE]) {
      await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, MANAGER);
    }
  }, 120_000);

  async function install(version: string): Promise<void> {
    const definitions = readManifest(version, 'calico.yaml').filter(isDefinition);
    const { refused } = await installObjects(client, definitions, { command: 'apply --server-side' });
    expect(refused).toEqual([]);
  }

  async function namesOf(kind: string): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { items } of client.list({ apiVersion: READY.apiVersion, kind })) {
      names.push(...items.map(({ metadata }) => metadata.name));
    }
    return names.sort();
  }

  function changesOf(
    scenarios: readonly (typeof POLICY_CALICO)[],
    calico: CalicoPolicies,
  ): readonly object[] {
    return scenarios
      .flatMap(({ phases }) => phases(buildScene(1, { calico })))
      .flatMap(({ changes }) => changes);
  }

  /** What the definitions do not know is dropped in silence: it has to come back as it was sent. */
  async function takes(scenarios: readonly (typeof POLICY_CALICO)[], calico: CalicoPolicies): Promise<void> {
    for (const change of changesOf(scenarios, calico) as readonly {
      kind: string;
      object: KubernetesObject;
    }[]) {
      if (change.kind !== 'apply') continue;
      const made = await client.apply(change.object, { ...MANAGER, force: true });
      expect(made['spec']).toEqual(change.object['spec']);
    }
  }

  it('are not there without their definitions', async () => {
    expect(await findCalicoPolicies(client)).toEqual({
      apiVersion: '',
      whyNoPolicies: 'the cluster does not serve a NetworkPolicy of crd.projectcalico.org',
      whyNoTiers: 'the cluster does not serve a NetworkPolicy of crd.projectcalico.org',
    });
  });

  it('of a release without tiers are taken as they are written', async () => {
    await install(WITHOUT_TIERS);
    const found = await findCalicoPolicies(client);
    expect(found).toEqual({
      ...READY,
      whyNoTiers: 'the cluster does not serve a Tier of crd.projectcalico.org',
    });
    await takes([POLICY_CALICO, POLICY_L7], found);
  });

  it('of a release with tiers too; finding out writes nothing, and takes away what a dead run left', async () => {
    await install(WITH_TIERS);
    expect(await namesOf('GlobalNetworkPolicy')).toEqual(['default.calico-network-test']);
    expect(await findCalicoPolicies(client)).toEqual(READY);
    expect([await namesOf('GlobalNetworkPolicy'), await namesOf('Tier')]).toEqual([[], []]);
    await takes([POLICY_CALICO, POLICY_TIERS, POLICY_L7], READY);
  });

  it('are nobody’s data, and go with the next run; what is somebody else’s stays', async () => {
    const foreign = {
      apiVersion: READY.apiVersion,
      kind: 'GlobalNetworkPolicy',
      spec: { selector: 'a == "b"' },
    };
    await client.create({ ...foreign, metadata: { name: 'default.theirs' } }, MANAGER);
    expect(await namesOf('Tier')).toEqual(['calico-network-test']);
    const { data } = await takeSnapshot(client, await inspect(client));
    expect([...data.keys()]).toEqual(['GlobalNetworkPolicy default.theirs']);
    const warnings: string[] = [];
    await clearLeftovers(client, (text) => warnings.push(text));
    expect(warnings).toEqual([]);
    expect([await namesOf('GlobalNetworkPolicy'), await namesOf('Tier')]).toEqual([['default.theirs'], []]);
    expect(await removeCalicoPolicies(client, READY)).toBeNull();
  });

  it('are left alone where somebody else has one of that name', async () => {
    const metadata = { name: 'calico-network-test', labels: { app: 'theirs' } };
    const tier = { apiVersion: READY.apiVersion, kind: 'Tier', metadata, spec: { order: 5 } };
    await client.create(tier, MANAGER);
    expect(await findCalicoPolicies(client)).toEqual({
      ...READY,
      whyNoTiers: 'there is a Tier calico-network-test, which this program did not make',
    });
    const labelled = { ...metadata, labels: OWN_LABELS };
    await client.apply({ ...tier, metadata: labelled }, { ...MANAGER, force: true });
    expect(await findCalicoPolicies(client)).toEqual(READY);
  });
});
