import { describe, expect, test } from '@jest/globals';
import { ClusterError, InputError } from '../../src/errors.js';
import { liveClusterOf } from '../../src/main/live-cluster.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { formatVersion } from '../../src/version/version.js';
import { calicoNode, cluster, installation, operatorNode, podsOf, tigeraOperator } from '../cluster/build.js';
import { createObjectsClient, type ObjectsClientOptions } from '../cluster/objects-client.js';

const NODES = ['node-1', 'node-2'];
const daemonSet = calicoNode('v3.28.2');

async function read(
  objects: readonly KubernetesObject[],
  options: ObjectsClientOptions = {},
): Promise<{ readonly seen: unknown; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const client = createObjectsClient([...cluster(NODES), ...objects], options);
  const live = await liveClusterOf(client, ['admin@prod', 'prod'], (text) => warnings.push(text));
  const { names, kubernetes, calico, install } = live;
  return {
    seen: [names[0], formatVersion(kubernetes), calico.map(formatVersion), install],
    warnings,
  };
}

describe('what check has to know of a live cluster', () => {
  test('a manifest install', async () => {
    const found = await read([daemonSet, ...podsOf(daemonSet, NODES)]);
    expect(found).toEqual({ seen: ['admin@prod', 'v1.31.4', ['v3.28.2'], 'manifest'], warnings: [] });
  });

  test('an operator install, on a managed Kubernetes', async () => {
    const node = operatorNode('v3.29.4');
    const objects = [node, ...podsOf(node, NODES), tigeraOperator('v1.36.5'), installation()];
    const found = await read(objects, { gitVersion: 'v1.33.5-gke.1162000' });
    expect(found.seen).toEqual(['admin@prod', 'v1.33.5', ['v3.29.4'], 'operator']);
  });

  test('an upgrade that is under way: every release that runs, with a word', async () => {
    const [old, next] = [podsOf(daemonSet, ['node-1']), podsOf(calicoNode('v3.29.4'), ['node-2'])];
    const other = next.map((pod) => ({ ...pod, metadata: { ...pod.metadata, name: 'calico-node-x' } }));
    const found = await read([calicoNode('v3.29.4'), ...old, ...other]);
    expect(found.seen).toEqual(['admin@prod', 'v1.31.4', ['v3.28.2', 'v3.29.4'], 'manifest']);
    expect(found.warnings).toEqual([expect.stringContaining('The live cluster admin@prod: ')]);
  });

  test('no Calico: a word, and Kubernetes alone', async () => {
    const found = await read([]);
    expect(found.seen).toEqual(['admin@prod', 'v1.31.4', [], null]);
    expect(found.warnings).toHaveLength(1);
  });

  test('no Calico is not believed of an account that may not see workloads', async () => {
    const refuse: ObjectsClientOptions = { refuse: ({ kind }) => (kind === 'DaemonSet' ? 403 : null) };
    await expect(read([], refuse)).rejects.toThrow(InputError);
  });

  test('a cluster that does not know who asks ends the run', async () => {
    await expect(read([], { refuse: () => 401 })).rejects.toThrow(ClusterError);
  });
});
