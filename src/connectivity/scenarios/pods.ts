import { type Check, PORTS } from '../probe.js';
import type { Scene } from '../scene.js';
import { podProbe } from './build-probe.js';
import { type Scenario, still } from './scenario.js';
import type { ScenarioName } from './scenario-name.js';

/** Larger than any packet: it takes several, all but the last as large as the path is said to take. */
const LARGE_BYTES = 20_000;

function sort(
  scenario: ScenarioName,
  part = '',
): { scenario: ScenarioName; expected: 'reached'; part: string } {
  return { scenario, expected: 'reached', part };
}

function tooFew({ nodes }: Scene): string | null {
  return nodes.length < 2 ? 'it takes two nodes' : null;
}

function datagram(size: Extract<Check, { kind: 'udp' }>['size']): (host: string) => Check {
  return (host) => ({ kind: 'udp', host, port: PORTS.udp, size });
}

export const POD_SAME_NODE = still('pod-same-node', 'pods of one node reach each other', ({ nodes }) =>
  nodes.flatMap(({ source, target }) => podProbe(sort('pod-same-node'), source, target)),
);

export const POD_CROSS_NODE = still(
  'pod-cross-node',
  'pods of different nodes reach each other, over TCP',
  ({ mesh }) => mesh.flatMap(([from, to]) => podProbe(sort('pod-cross-node'), from.source, to.target)),
  tooFew,
);

export const UDP = still(
  'udp',
  'pods of different nodes reach each other, over UDP',
  ({ mesh }) =>
    mesh.flatMap(([from, to]) => podProbe(sort('udp'), from.source, to.target, { check: datagram('small') })),
  tooFew,
);

export const LARGE_PACKETS = still(
  'large-packets',
  'packets as large as the pods’ MTU arrive on other nodes: in a TCP stream, as the largest datagram that is not cut up, and as one that has to be',
  ({ mesh }) =>
    mesh.flatMap(([from, to]) => [
      ...podProbe(sort('large-packets', 'tcp'), from.source, to.target, {
        check: (host) => ({
          kind: 'http',
          host,
          port: PORTS.http,
          fillBytes: LARGE_BYTES,
          answers: [to.target.name],
        }),
      }),
      ...podProbe(sort('large-packets', 'udp-fits'), from.source, to.target, { check: datagram('fits') }),
      ...podProbe(sort('large-packets', 'udp-exceeds'), from.source, to.target, {
        check: datagram('exceeds'),
      }),
    ]),
  tooFew,
);

export const SECOND_FAMILY = still(
  'second-family',
  'pods reach each other by their addresses of the second family, on one node and across nodes',
  ({ nodes, mesh }) => [
    ...nodes.flatMap(({ source, target }) => podProbe(sort('second-family'), source, target, { family: 1 })),
    ...mesh.flatMap(([from, to]) => podProbe(sort('second-family'), from.source, to.target, { family: 1 })),
  ],
  ({ nodes }) =>
    nodes.every(({ target }) => target.addresses.length < 2) ? 'pods have addresses of one family' : null,
);

export const POD_SCENARIOS: readonly Scenario[] = [
  POD_SAME_NODE,
  POD_CROSS_NODE,
  UDP,
  LARGE_PACKETS,
  SECOND_FAMILY,
];
