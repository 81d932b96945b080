import { hostPort, PORTS } from '../probe.js';
import type { NodePods, Scene } from '../scene.js';
import { podProbe, probeOf } from './build-probe.js';
import { type Scenario, still } from './scenario.js';
import type { ScenarioName } from './scenario-name.js';

const reached = (
  scenario: ScenarioName,
  part = '',
): { scenario: ScenarioName; expected: 'reached'; part: string } => ({ scenario, expected: 'reached', part });

function noHosts({ nodes }: Scene): string | null {
  return nodes.every(({ host }) => host === null) ? 'no pod of the host’s network could be run' : null;
}

/** Each node with itself, and the mesh. */
function withItself({ nodes, mesh }: Scene): readonly (readonly [NodePods, NodePods])[] {
  return [...nodes.map((node) => [node, node] as const), ...mesh];
}

export const HOST_TO_POD = still(
  'host-to-pod',
  'programs of a node reach pods there and on other nodes',
  (scene) =>
    withItself(scene).flatMap(([from, to]) =>
      from.host === null ? [] : podProbe(reached('host-to-pod'), from.host, to.target),
    ),
  noHosts,
);

export const POD_TO_HOST = still(
  'pod-to-host',
  'pods reach programs of their node and of other nodes',
  (scene) =>
    withItself(scene).flatMap(([from, to]) =>
      to.host === null ? [] : podProbe(reached('pod-to-host'), from.source, to.host),
    ),
  noHosts,
);

export const HOST_TO_HOST = still(
  'host-to-host',
  'programs of nodes reach each other',
  ({ mesh }) =>
    mesh.flatMap(([from, to]) =>
      from.host === null || to.host === null ? [] : podProbe(reached('host-to-host'), from.host, to.host),
    ),
  (scene) => (scene.nodes.length < 2 ? 'it takes two nodes' : noHosts(scene)),
);

export const HOST_PORT = still(
  'host-port',
  'pods reach a pod by a port of its node (hostPort), from another node',
  ({ mesh }) =>
    mesh.flatMap(([from, { node, address, port }]) =>
      typeof port === 'string'
        ? []
        : [
            probeOf(
              reached('host-port'),
              from.source,
              { name: 'host port', node, target: port },
              { kind: 'http', host: address, port: PORTS.ofNode, fillBytes: 0, answers: [port.name] },
            ),
          ],
    ),
  ({ nodes }) => {
    if (nodes.length < 2) return 'it takes two nodes';
    const reasons = nodes.flatMap(({ port }) => (typeof port === 'string' ? [port] : []));
    return reasons.length < nodes.length ? null : (reasons[0] ?? null);
  },
);

export const API_SERVER = still(
  'api-server',
  'pods reach the API server by its Service',
  ({ nodes, apiServer }) =>
    apiServer === null
      ? []
      : nodes.map(({ source }) =>
          probeOf(
            reached('api-server'),
            source,
            { name: 'Service kubernetes' },
            { kind: 'tcp', ...apiServer },
          ),
        ),
  ({ apiServer }) => (apiServer === null ? 'the Service default/kubernetes could not be read' : null),
);

export const OUTSIDE = still(
  'outside',
  'pods reach what is outside of the cluster',
  ({ nodes, outside }) =>
    nodes.flatMap(({ source }) =>
      outside.map(({ host, port }) =>
        probeOf(
          reached('outside', hostPort(host, port)),
          source,
          { name: 'outside' },
          { kind: 'tcp', host, port },
        ),
      ),
    ),
  ({ outside }) => (outside.length === 0 ? 'no target outside of the cluster is given' : null),
);

/** What is seen outside of who sends, in the family of what it is sent to; a name may lead to either. */
function seenOf({ address, source }: NodePods, { outsideSees }: Scene): readonly string[] {
  return outsideSees === 'node' ? [address] : source.addresses;
}

export const OUTSIDE_SOURCE = still(
  'outside-source',
  'what is outside of the cluster sees the node’s address, or the pod’s, as the settings say',
  (scene) =>
    scene.nodes.flatMap((node) =>
      scene.outside.map(({ host, port }) =>
        probeOf(
          reached('outside-source', hostPort(host, port)),
          node.source,
          { name: 'outside' },
          { kind: 'http', host, port, fillBytes: 0, asks: '/clientip', answers: seenOf(node, scene) },
        ),
      ),
    ),
  ({ outside, outsideSees }) => {
    if (outside.length === 0) return 'no target outside of the cluster is given';
    return outsideSees === null ? 'the settings do not say whose address is seen there (outside-sees)' : null;
  },
);

export const HOST_SCENARIOS: readonly Scenario[] = [
  HOST_TO_POD,
  POD_TO_HOST,
  HOST_TO_HOST,
  HOST_PORT,
  API_SERVER,
  OUTSIDE,
  OUTSIDE_SOURCE,
];
