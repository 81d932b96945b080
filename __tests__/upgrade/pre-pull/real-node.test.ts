import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { pullPod } from '../../../src/upgrade/pre-pull/pull-pod.js';
import { prePull, type PrePullResult } from '../../../src/upgrade/pre-pull/pre-pull.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import { provideCalicoImages } from '../../../test-cluster/real-nodes/calico-stand-in.js';
import { eventually } from '../../test-cluster/eventually.js';
import { calicoNodePod } from '../../test-cluster/real-nodes/calico-node-pod.js';
import { agnhostOn, createPod, deletePod, eventsOf, podThat } from '../../test-cluster/real-nodes/scene.js';
import { waiting } from '../gates/build-waiting.js';
import { POD } from './kubelets.js';

const THERE = 'quay.io/calico/node:v3.91.0';
const MISSING = 'registry.invalid/calico/cni:v3.91.0';

describeWithCluster('pre-pull on a real node', { realNodes: 1, own: true }, (cluster) => {
  let client: ClusterClient;
  let namespace: string;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await provideCalicoImages(cluster().directory, 'v3.91.0');
    namespace = await ownNamespace(cluster());
  }, 120_000);

  /** The node is told to hold nothing, so that it has to say so itself. */
  async function pull(...images: readonly string[]): Promise<PrePullResult> {
    const { nodes } = await inspect(client);
    return prePull(client, {
      ...waiting({ timeoutMs: 60_000 }),
      images: images.map((image) => ({ image, usedBy: [] })),
      nodes: nodes.map((node) => ({ ...node, images: [] })),
      namespace,
      pullSecrets: [],
      width: 1,
      run: 'https://ci.example/runs/1',
      onProgress: () => undefined,
    });
  }

  async function pods(): Promise<readonly KubernetesObject[]> {
    const found: KubernetesObject[] = [];
    for await (const { items } of client.list(POD, { namespace })) found.push(...items);
    return found;
  }

  it('an image that is there needs no program of its own to be found', async () => {
    const result = await pull(THERE, 'quay.io/calico/cni:v3.91.0');
    expect(result).toMatchObject({ outcome: 'done', failure: null, warnings: [] });
    expect(result.pulled).toHaveLength(1);
    expect(await pods()).toEqual([]);
  }, 90_000);

  it('one that does not exist stops it, with what the runtime said', async () => {
    const { outcome, failure } = await pull(THERE, MISSING);
    expect(outcome).toBe('failed');
    expect(failure).toMatchObject({ kind: 'image', image: MISSING });
    expect(failure?.message).toMatch(/^Node real-1 cannot pull .*: .*failed to (?:pull|resolve|do request)/s);
    expect(await pods()).toEqual([]);
  }, 90_000);

  it('a name that is none stops it', async () => {
    const { failure } = await pull('quay.io/calico/NODE:v3.91.0');
    expect(failure).toMatchObject({ kind: 'image', image: 'quay.io/calico/NODE:v3.91.0' });
    expect(failure?.message).toMatch(/invalid reference format|couldn't parse/);
  }, 90_000);

  it('nothing of the image runs: the container ends with it in place, and is not started again', async () => {
    const [node = ''] = cluster().nodes;
    const pod = pullPod(
      { node, images: [THERE] },
      { namespace, pullSecrets: [], run: 'kept', deadlineMs: 60_000 },
    );
    await client.create(pod, { fieldManager: 'test' });
    const reference = { ...POD, namespace, name: pod.metadata.name };
    const ended = await eventually(async () => {
      const seen = await client.get(reference);
      return (seen?.['status'] as { phase?: string } | undefined)?.phase === 'Failed' ? seen : null;
    }, 60_000);
    expect(ended['status']).toMatchObject({
      containerStatuses: [{ restartCount: 0, state: { terminated: { exitCode: 128 } } }],
    });
    await client.delete(reference, { gracePeriodSeconds: 0 });
  }, 90_000);

  it('a node that gives new pods no network pulls all the same', async () => {
    await provideCalicoImages(cluster().directory, 'v3.91.1', { fault: { kind: 'cni-fails' } });
    const scene = { client, namespace };
    await createPod(scene, 'calico-node', calicoNodePod('v3.91.1', 'real-1'));
    await podThat(scene, 'calico-node', ({ isReady }) => isReady);
    await createPod(scene, 'other', agnhostOn('real-1'));
    await eventually(async () =>
      (await eventsOf(scene, 'other')).some((text) => text.includes('failed to setup network')) ? true : null,
    );
    expect((await pull(THERE)).outcome).toBe('done');
    await Promise.all(['calico-node', 'other'].map((name) => deletePod(scene, name)));
  }, 120_000);
});
