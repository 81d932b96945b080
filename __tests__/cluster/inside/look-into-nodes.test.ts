import { describe, expect, test } from '@jest/globals';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterState } from '../../../src/cluster/cluster-state.js';
import type { NodeInside } from '../../../src/cluster/node-state.js';
import type { ExecOptions } from '../../../src/ports/cluster-client.js';
import {
  createFakeClusterClient,
  type FakeClusterClient,
  type FakeClusterOptions,
  refusal,
} from '../../ports/fake-cluster-client.js';
import { node } from '../build.js';
import { lookAt } from '../../upgrade/preflight/clusters/node-looks.js';
import { manifestInstall } from '../../upgrade/preflight/clusters/well-clusters.js';

function clusterThat(options: FakeClusterOptions = {}): FakeClusterClient {
  return createFakeClusterClient({
    objects: manifestInstall('v3.31.7', 'v1.34.4'),
    exec: lookAt(),
    ...options,
  });
}

const look = (client: FakeClusterClient): Promise<ClusterState> => inspect(client, { lookIntoNodes: true });
const insideOf = ({ nodes }: ClusterState, name: string): NodeInside | null | undefined =>
  nodes.find((one) => one.name === name)?.inside;
const reasonOf = (state: ClusterState, name: string): string => {
  const inside = insideOf(state, name);
  return inside?.kind === 'unseen' ? inside.reason : '';
};
const execsOf = ({ calls }: FakeClusterClient): readonly string[] =>
  calls.filter(({ verb }) => verb === 'exec').map(({ name }) => name);

describe('a look into the nodes', () => {
  test('is not taken unless it is asked for', async () => {
    const client = clusterThat();
    const { nodes } = await inspect(client);
    expect(nodes.map(({ inside }) => inside)).toEqual([null, null, null]);
    expect(client.calls.filter(({ verb }) => verb === 'exec' || verb === 'review')).toEqual([]);
  });

  test('runs one command in the calico-node pod of each node, and writes nothing', async () => {
    const asked: ExecOptions[] = [];
    const client = clusterThat({
      exec(options) {
        asked.push(options);
        return lookAt()(options);
      },
    });
    const state = await look(client);
    expect(execsOf(client)).toEqual(['calico-node-0', 'calico-node-1', 'calico-node-2']);
    expect(asked[0]).toMatchObject({ namespace: 'kube-system', container: 'calico-node', timeoutMs: 20_000 });
    expect(state.nodes.map(({ inside }) => inside?.kind)).toEqual(['seen', 'seen', 'seen']);
    expect(new Set(client.calls.map(({ verb }) => verb))).toEqual(
      new Set(['get', 'discover', 'list', 'review', 'exec']),
    );
  });

  test('never asks more than 16 pods at a time', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `more-${index}`);
    const install = manifestInstall('v3.31.7', 'v1.34.4');
    const pod = install.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === 'calico-node-0');
    if (!pod) throw new Error('there is no pod of calico-node');
    const pods = names.map((nodeName) => ({
      ...pod,
      metadata: { ...pod.metadata, name: `calico-node-${nodeName}` },
      spec: { ...(pod['spec'] as object), nodeName },
    }));
    let running = 0;
    let most = 0;
    const client = clusterThat({
      objects: [...install, ...names.map((name) => node(name)), ...pods],
      async exec(options) {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        return lookAt()(options);
      },
    });
    await look(client);
    expect(execsOf(client)).toHaveLength(63);
    expect(most).toBe(16);
  });

  test('without the right asks no pod, and says which right it is', async () => {
    const client = clusterThat({
      isAllowed: ({ resource, verb }) => resource !== 'pods/exec' || verb === 'get',
    });
    const state = await look(client);
    expect(execsOf(client)).toEqual([]);
    expect(insideOf(state, 'node-1')).toEqual({
      kind: 'unseen',
      reason: 'the account may not create pods/exec in kube-system',
      isForbidden: true,
    });
  });

  test('names a pod that does not answer, and asks the others', async () => {
    const client = clusterThat({
      onCall({ verb, name }) {
        if (verb === 'exec' && name === 'calico-node-1')
          throw refusal('exec', 'Pod', 500, 'no such container');
      },
    });
    const state = await look(client);
    expect(state.nodes.map(({ inside }) => inside?.kind)).toEqual(['seen', 'unseen', 'seen']);
    expect(reasonOf(state, 'node-2')).toContain('no such container');
  });

  test('names a node whose command fails, whose pod does not run, and that has none', async () => {
    const objects = manifestInstall('v3.31.7', 'v1.34.4').flatMap((object) => {
      if (object.kind !== 'Pod') return [object];
      if (object.metadata.name === 'calico-node-1') return [{ ...object, status: { phase: 'Pending' } }];
      return object.metadata.name === 'calico-node-2' ? [] : [object];
    });
    const state = await look(
      clusterThat({ objects, exec: () => ({ exitCode: 127, stdout: '', stderr: 'sh?' }) }),
    );
    expect(['node-1', 'node-2', 'node-3'].map((name) => reasonOf(state, name))).toEqual([
      'the command ended with 127',
      'its pod calico-node-1 is Pending',
      'no calico-node pod runs there',
    ]);
  });

  test('is no error where there is no Calico', async () => {
    const client = createFakeClusterClient({ objects: [node('node-1')] });
    expect((await look(client)).nodes[0]?.inside).toBeNull();
  });
});
