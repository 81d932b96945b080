import type { ClusterState } from './cluster-state.js';
import type { NodeState } from './node-state.js';

/** The nodes that calico-node runs on. Pure. */
export function calicoNodes({ calico, nodes }: Pick<ClusterState, 'calico' | 'nodes'>): readonly NodeState[] {
  const running = new Set(calico?.components.node?.pods.map(({ node }) => node));
  return nodes.filter(({ name }) => running.has(name));
}
