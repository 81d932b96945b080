import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../../src/catalog/queries.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { buildPlanReport, type PlanReport } from '../../../src/report/plan/plan-report.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import { runPlan } from '../../../src/upgrade/plan/run-plan.js';
import { startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { eventually } from '../../test-cluster/eventually.js';
import { buildOptions } from './build-options.js';

/** A server that is silent for so long has forgotten the request: the proxy stalls some of them. */
const SILENCE_MS = 2_000;

/** All that the plan says, but where the server is and how long things would take. */
async function planOf(client: ClusterClient): Promise<unknown> {
  const plan = await runPlan(
    client,
    createManifestReader(createManifestSource(manifestDirectory(), '/', {})),
    buildOptions({ target: versionOf('v3.31.7') }),
  );
  const {
    clusters,
    cluster,
    plan: planned,
    findings,
  } = buildPlanReport(plan, { force: false, result: 'passed' });
  return JSON.parse(
    JSON.stringify({
      clusters: clusters.map(({ kubernetes, calico }) => ({ kubernetes, calico })),
      cluster: { ...cluster, server: '' },
      findings,
      plan: withoutTimes(planned),
    }),
  );
}

function withoutTimes(plan: PlanReport['plan']): unknown {
  return {
    ...plan,
    hops: plan.hops.map((hop) => ({
      ...hop,
      estimateSeconds: null,
      stages: hop.stages.map((stage) => ({ ...stage, estimateSeconds: null })),
    })),
  };
}

async function rolledOut(client: ClusterClient): Promise<void> {
  await eventually(async () => {
    const node = await client.get({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      namespace: 'kube-system',
      name: 'calico-node',
    });
    const status = node?.['status'] as
      { readonly numberReady?: number; readonly desiredNumberScheduled?: number } | undefined;
    const ready = status?.numberReady ?? 0;
    return ready > 0 && ready === status?.desiredNumberScheduled ? true : null;
  }, 120_000);
}

async function planUnderFaults(
  cluster: TestCluster,
  seed: number,
): Promise<{ plan: unknown; faults: number }> {
  const proxy = await startFaultProxy({ kubeconfig: cluster.kubeconfig, seed });
  try {
    proxy.disturb(0.2);
    const client = await createClusterClient(proxy.kubeconfig, null, { silenceMs: SILENCE_MS });
    const plan = await planOf(client);
    const faults = proxy.seen.requests().filter(({ fault }) => fault !== null).length;
    expect(proxy.seen.writes()).toEqual([]);
    return { plan, faults };
  } finally {
    await proxy.stop();
  }
}

describeWithCalico('plan where every fifth request fails', { lightNodes: 3, own: true }, (cluster) => {
  let undisturbed: unknown;
  let client: ClusterClient;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, {
      version: 'v3.29.7',
      method: 'manifest',
      variant: 'calico',
      customisations: { mtu: 1400 },
    });
    await rolledOut(client);
    undisturbed = await planOf(client);
  }, 300_000);

  it.each([1, 2])(
    'is the plan of a server without faults (seed %s)',
    async (seed) => {
      const { plan, faults } = await planUnderFaults(cluster(), seed);
      expect(faults).toBeGreaterThan(20);
      expect(plan).toEqual(undisturbed);
    },
    300_000,
  );

  it('and nothing changed meanwhile', async () => {
    expect(await planOf(client)).toEqual(undisturbed);
  }, 120_000);
});
