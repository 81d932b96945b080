import type { HeldPath, Protocol, Way } from './types.js';

/** Nodes that take part: more would cost more than they tell. */
export const MOST_NODES = 20;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp'];

/** The nodes that take part, spread evenly over the list. Pure. */
export function chooseNodes(nodes: readonly string[]): readonly string[] {
  const count = Math.min(nodes.length, MOST_NODES);
  return Array.from({ length: count }, (_, at) => nodes[Math.floor((at * nodes.length) / count)] ?? '');
}

/**
 * The connections that these nodes hold: each to itself, to its neighbour, and to the neighbour's neighbour through a
 * Service, by TCP and by UDP. Each node is as often source as target. Pure.
 */
export function choosePaths(nodes: readonly string[]): readonly HeldPath[] {
  const steps: readonly (readonly [Way, number])[] = [
    ['same-node', 0],
    ...(nodes.length > 1 ? ([['cross-node', 1]] as const) : []),
    ['service', nodes.length > 2 ? 2 : nodes.length - 1],
  ];
  return nodes.flatMap((from, at) =>
    steps.flatMap(([way, step]) =>
      PROTOCOLS.map((protocol): HeldPath => {
        return { way, protocol, from, to: nodes[(at + step) % nodes.length] ?? from };
      }),
    ),
  );
}
