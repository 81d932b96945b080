import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { manifestAvailability } from '../../../test-cluster/ready-made/manifests.js';
import { type TestCluster } from '../../../test-cluster/types.js';
import { eventually } from '../eventually.js';

/** With TEST_CLUSTER_LARGE=1 as many as a test cluster is made for; that takes minutes. */
const NODES = process.env['TEST_CLUSTER_LARGE'] === '1' ? 1000 : 50;
const TIMEOUT_MS = 900_000;
const DAEMON_SET = '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node';

const manifests = manifestAvailability();
const title = `the DaemonSet of upstream's calico.yaml on ${NODES} light nodes`;

if (manifests.isAvailable) {
  describeWithCluster(title, { lightNodes: NODES, own: true }, (cluster) => {
    const times: string[] = [];
    const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const start = Date.now();
      await work();
      times.push(`${what}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
    };

    beforeAll(async () => {
      const client = await createClusterClient(cluster().kubeconfigPath, null);
      await installCalico(client, { version: 'v3.28.2', method: 'manifest' });
    });
    afterAll(() => console.log(`${NODES} light nodes: ${times.join(', ')}`));

    it(
      'comes up on every node',
      async () => {
        await timed('rolled out', () => complete(cluster()));
        expect((await readStatus(cluster())).numberReady).toBe(NODES);
      },
      TIMEOUT_MS,
    );

    it(
      'rolls to another image in waves, and no more pods are away than it allows',
      async () => {
        const containers = [{ name: 'calico-node', image: 'docker.io/calico/node:v3.28.3' }];
        const allowed = NODES / 10;
        await cluster().api.call(
          'PATCH',
          DAEMON_SET,
          {
            spec: {
              template: { spec: { containers } },
              updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } },
            },
          },
          'application/strategic-merge-patch+json',
        );
        let mostAway = 0;
        await timed('rolled, 10 % at a time', () =>
          complete(
            cluster(),
            ({ numberUnavailable = 0 }) => (mostAway = Math.max(mostAway, numberUnavailable)),
          ),
        );
        expect(mostAway).toBeGreaterThan(0);
        expect(mostAway).toBeLessThanOrEqual(allowed);
      },
      TIMEOUT_MS,
    );
  });
} else if (process.env['REQUIRE_ALL_TESTS'] === '1') {
  it(`${title} has the manifests that it needs`, () => {
    throw new Error(manifests.reason);
  });
} else {
  // eslint-disable-next-line jest/no-disabled-tests -- says what it needs
  describe.skip(`${title} (skipped: ${manifests.reason})`, () => {
    it('rolls', () => undefined);
  });
}

interface DaemonSetStatus {
  readonly desiredNumberScheduled: number;
  readonly numberReady: number;
  readonly numberAvailable?: number;
  readonly numberUnavailable?: number;
  readonly updatedNumberScheduled?: number;
  readonly observedGeneration?: number;
}

async function readStatus({ api }: TestCluster): Promise<DaemonSetStatus & { readonly generation: number }> {
  const { status, metadata } = await api.call<{
    readonly status: DaemonSetStatus;
    readonly metadata: { readonly generation: number };
  }>('GET', DAEMON_SET);
  return { ...status, generation: metadata.generation };
}

function complete(
  cluster: TestCluster,
  onStatus: (status: DaemonSetStatus) => void = () => undefined,
): Promise<true> {
  return eventually(async () => {
    const status = await readStatus(cluster);
    if (status.observedGeneration !== status.generation) return null;
    onStatus(status);
    const isDone =
      status.updatedNumberScheduled === NODES &&
      status.numberAvailable === NODES &&
      status.desiredNumberScheduled === NODES;
    if (isDone) return true;
    throw new Error(`not yet: ${JSON.stringify(status)}`);
  }, TIMEOUT_MS);
}
