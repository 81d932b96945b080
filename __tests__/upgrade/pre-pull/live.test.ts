import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { prePull, type PrePullOptions, type PrePullResult } from '../../../src/upgrade/pre-pull/pre-pull.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { eventually } from '../../test-cluster/eventually.js';
import { turns, waiting } from '../gates/build-waiting.js';
import { CALICO_NODE, CNI, IMAGES, POD } from './kubelets.js';

const BY = { fieldManager: 'test' };

describeWithCluster('pre-pull on light nodes', { lightNodes: 5, own: true }, (cluster) => {
  let client: ClusterClient;
  let namespace: string;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
  });
  afterEach(() => cluster().lightNodes.clearFaults());

  async function pull(changes: Partial<PrePullOptions> = {}): Promise<PrePullResult> {
    namespace = await ownNamespace(cluster());
    const { nodes } = await inspect(client);
    return prePull(client, {
      ...waiting({ timeoutMs: 60_000 }),
      images: IMAGES,
      nodes,
      namespace,
      pullSecrets: ['registry'],
      width: 2,
      run: 'https://ci.example/runs/1',
      onProgress: () => undefined,
      ...changes,
    });
  }

  async function pods(): Promise<readonly KubernetesObject[]> {
    const found: KubernetesObject[] = [];
    for await (const { items } of client.list(POD, { namespace })) found.push(...items);
    return found;
  }

  it('every node pulls, and no pod is left', async () => {
    const result = await pull();
    expect(result).toMatchObject({ outcome: 'done', warnings: [] });
    expect(result.pulled.map(({ node }) => node)).toEqual([...cluster().nodes].sort());
    expect(await pods()).toEqual([]);
  }, 60_000);

  it('a node that cannot pull one image stops it, with what the registry said', async () => {
    await cluster().lightNodes.setFaults([
      {
        on: { nodes: ['light-2'], image: 'calico/cni' },
        fault: { kind: 'image-pull', message: 'unexpected status: 403 Forbidden' },
      },
    ]);
    const { outcome, failure } = await pull();
    expect(outcome).toBe('failed');
    expect(failure).toMatchObject({ kind: 'image', node: 'light-2', image: CNI });
    expect(failure?.message).toContain('unexpected status: 403 Forbidden');
    expect(await pods()).toEqual([]);
  }, 60_000);

  it('a node that is cordoned, and tainted against everything, pulls like the others', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', namespace: null, name: 'light-3' };
    const taints = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: 'example.com/alone', effect }));
    await client.patch(node, { type: 'merge', body: { spec: { unschedulable: true, taints } } }, BY);
    const { pulled } = await pull();
    expect(pulled).toHaveLength(5);
    await client.patch(node, { type: 'merge', body: { spec: { unschedulable: null, taints: null } } }, BY);
  }, 60_000);

  it('a node that is lost meanwhile is left out', async () => {
    await cluster().lightNodes.setFaults([
      { on: { nodes: ['light-4'] }, fault: { kind: 'slow', startMs: 600_000 } },
    ]);
    const going = pull({ timeoutMs: 5_000, width: 5 });
    await eventually(async () => ((await readNamespace()) ? true : null));
    await cluster().lightNodes.makeLost('light-4');
    const { outcome, leftOut } = await going;
    expect([outcome, leftOut.map(({ node }) => node)]).toEqual(['done', ['light-4']]);
    await cluster().lightNodes.makeReady('light-4');

    async function readNamespace(): Promise<boolean> {
      return (await pods()).length > 0;
    }
  }, 90_000);

  it('told to stop in the middle it leaves nothing, and what a dead run left goes with the next', async () => {
    await cluster().lightNodes.setFaults([{ on: {}, fault: { kind: 'slow', startMs: 600_000 } }]);
    const stop = new AbortController();
    const going = pull({ signal: stop.signal });
    await eventually(async () => ((await pods()).length === 2 ? true : null));
    const [left] = await pods();
    stop.abort();
    expect((await going).outcome).toBe('interrupted');
    expect(await pods()).toEqual([]);
    if (!left) throw new Error('no pod');
    const { name, labels = {} } = left.metadata;
    await client.create({ ...POD, metadata: { name, namespace, labels }, spec: left['spec'] }, BY);
    await cluster().lightNodes.clearFaults();
    const { nodes } = await inspect(client);
    const again = await prePull(client, {
      ...waiting({ timeoutMs: 60_000 }),
      images: [{ image: CALICO_NODE, usedBy: [] }],
      nodes,
      namespace,
      pullSecrets: [],
      width: 5,
      run: 'https://ci.example/runs/2',
      onProgress: () => undefined,
    });
    expect(again).toMatchObject({ outcome: 'done', warnings: [] });
    expect(await pods()).toEqual([]);
    await turns();
  }, 90_000);
});
