import type { CalicoState } from '../../src/cluster/calico-state.js';
import type { ClusterState } from '../../src/cluster/cluster-state.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { cluster } from './build.js';
import { createObjectsClient, type ObjectsClientOptions } from './objects-client.js';

/** The state of a cluster of two nodes that has these objects besides. */
export function stateOf(
  objects: readonly KubernetesObject[],
  options: ObjectsClientOptions = {},
): Promise<ClusterState> {
  return inspect(createObjectsClient([...cluster(), ...objects], options));
}

/** What Calico is in it. */
export async function calicoOf(
  objects: readonly KubernetesObject[],
  options: ObjectsClientOptions = {},
): Promise<CalicoState> {
  const { calico } = await stateOf(objects, options);
  if (!calico) throw new Error('no Calico was found');
  return calico;
}
