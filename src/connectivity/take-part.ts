import type { NodeState } from '../cluster/node-state.js';
import { leaveOut, type WavePlan } from '../upgrade/waves/plan-waves.js';
import type { NodeAt } from './staff-nodes.js';

/** Which nodes the network test runs on, sorted by name, and which not. Pure. */
export function takePart(nodes: readonly NodeState[]): {
  readonly taking: readonly NodeAt[];
  readonly leftOut: WavePlan['leftOut'];
} {
  const leftOut = [
    ...leaveOut(nodes),
    ...nodes
      .filter((node) => leaveOut([node]).length === 0 && node.addresses.internal.length === 0)
      .map(({ name }) => ({ node: name, reason: 'it has no address' })),
  ];
  const away = new Set(leftOut.map(({ node }) => node));
  const taking = nodes
    .filter(({ name }) => !away.has(name))
    .map(({ name, addresses }) => ({ name, address: addresses.internal[0] ?? '' }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { taking, leftOut };
}
