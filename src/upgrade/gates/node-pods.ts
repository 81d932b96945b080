import { textAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { currentHash, listOwn } from './change-wave.js';
import { hashOf } from './revision.js';
import { POD } from './workload.js';

/** The pods of a DaemonSet. */
export interface NodePods {
  /** Nodes that they run on, sorted. */
  readonly nodes: readonly string[];
  /** Whether any is of another revision than the DaemonSet's present one. */
  readonly hasStalePods: boolean;
}

export async function readNodePods(client: ClusterClient, daemonSet: KubernetesObject): Promise<NodePods> {
  const pods = await listOwn(client, POD, daemonSet);
  const hash = await currentHash(client, daemonSet);
  const nodes = new Set(pods.map((pod) => textAt(pod, 'spec', 'nodeName')));
  return {
    nodes: [...nodes].filter((name) => name !== '').sort(),
    hasStalePods: pods.some((pod) => hashOf(pod) !== hash),
  };
}
