import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { isFields } from '../../../src/cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { changeWave } from '../../../src/upgrade/gates/change-wave.js';
import { collectEvidence } from '../../../src/upgrade/gates/collect-evidence.js';
import { isPodReady } from '../../../src/upgrade/gates/pod-fault.js';
import type { Failure } from '../../../src/upgrade/gates/wait-for.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { eventually } from '../../test-cluster/eventually.js';
import { NODE, rolledOut } from '../restore/live-run.js';
import { hurrying, waiting } from './build-waiting.js';

const IMAGE = { image: 'calico/node' };

describeWithCalico('a wave on a cluster', { own: true, lightNodes: 4 }, (cluster) => {
  let client: ClusterClient;
  let revision = 0;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: 'v3.30.7' });
    await rolledOut(client);
  }, 200_000);

  afterEach(async () => {
    await cluster().lightNodes.clearFaults();
  });

  /** A new revision of calico-node, whose pods wait to be deleted. */
  async function move(): Promise<void> {
    revision += 1;
    const body = {
      spec: {
        updateStrategy: { type: 'OnDelete', rollingUpdate: null },
        template: { metadata: { annotations: { revision: `${revision}` } } },
      },
    };
    await client.patch(NODE, { type: 'merge', body }, { fieldManager: 'test' });
  }

  function wave(
    nodes: readonly string[],
    limits = waiting({ timeoutMs: 300_000 }),
    soakMs = 0,
  ): Promise<Failure | null> {
    return changeWave(client, { daemonSet: NODE, nodes, soakMs }, limits);
  }

  async function newPods(): Promise<readonly KubernetesObject[]> {
    const kind = { apiVersion: 'v1', kind: 'Pod' };
    const options = { namespace: 'kube-system', labelSelector: 'k8s-app=calico-node' };
    const found: KubernetesObject[] = [];
    for await (const { items } of client.list(kind, options)) found.push(...items);
    return found.filter(({ metadata }) => metadata.annotations?.['revision'] === `${revision}`);
  }

  function oneIsNew(isReady: boolean): Promise<unknown> {
    return eventually(
      async () =>
        (await newPods()).find((pod) => isPodReady(pod) === isReady && isFields(pod['status'])) ?? null,
      60_000,
    );
  }

  it('whose image does not pull ends within 30 s of the 300 s that it may take, and says what the node said', async () => {
    await move();
    const message = 'manifest unknown';
    await cluster().lightNodes.setFaults([{ on: IMAGE, fault: { kind: 'image-pull', message } }]);
    const begun = Date.now();
    const failed = await wave(['light-1']);
    const evidence = await collectEvidence(client, failed?.pods ?? [], waiting());
    const ms = Date.now() - begun;
    expect(failed?.reason).toMatch(/calico-node.*(ErrImagePull|ImagePullBackOff).*manifest unknown/);
    expect(JSON.stringify(evidence)).toContain('manifest unknown');
    expect(ms).toBeGreaterThan(20_000);
    expect(ms).toBeLessThan(30_000);
  }, 120_000);

  it('whose pod runs, does not restart and never becomes ready ends after what its probe allows', async () => {
    await move();
    await cluster().lightNodes.setFaults([
      { on: IMAGE, fault: { kind: 'never-ready', message: 'calico/node is not ready: felix is not ready' } },
    ]);
    const failed = await wave(['light-1'], hurrying(5));
    expect(failed?.reason).toMatch(/runs for 90 s without a restart and is not ready/);
    const evidence = await collectEvidence(client, failed?.pods ?? [], waiting());
    expect(JSON.stringify(evidence)).toContain('felix is not ready');
  }, 120_000);

  describe('that is well at first', () => {
    it('ends as soon as a pod crashes in its soak', async () => {
      await move();
      const done = wave(['light-2'], undefined, 600_000);
      await oneIsNew(true);
      await cluster().lightNodes.setFaults([
        { on: { ...IMAGE, nodes: ['light-2'] }, fault: { kind: 'crash-loop', container: 'calico-node' } },
      ]);
      expect((await done)?.reason).toMatch(/in the soak: .*calico-node-.* (restarted|is not Ready any more)/);
    }, 120_000);

    it('ends as soon as a node is lost, before its pod is ready and in the soak', async () => {
      await move();
      await cluster().lightNodes.setFaults([
        { on: { ...IMAGE, nodes: ['light-3'] }, fault: { kind: 'never-ready' } },
      ]);
      const [before, inSoak] = [wave(['light-3']), wave(['light-2'], undefined, 600_000)];
      await oneIsNew(true);
      await oneIsNew(false);
      await cluster().lightNodes.makeLost('light-3');
      await cluster().lightNodes.makeLost('light-2');
      const lost = /is not Ready: Kubelet stopped posting node status/;
      expect((await before)?.reason).toMatch(lost);
      expect((await inSoak)?.reason).toMatch(lost);
      await cluster().lightNodes.clearFaults();
      await cluster().lightNodes.makeReady('light-2');
      await cluster().lightNodes.makeReady('light-3');
    }, 120_000);
  });

  it('goes on without a node that leaves the cluster in the middle', async () => {
    await move();
    await cluster().lightNodes.setFaults([
      { on: { ...IMAGE, nodes: ['light-3'] }, fault: { kind: 'never-ready' } },
    ]);
    const done = wave(['light-1', 'light-3']);
    await oneIsNew(false);
    await client.delete({ apiVersion: 'v1', kind: 'Node', namespace: null, name: 'light-3' });
    expect(await done).toBeNull();
  }, 120_000);
});
