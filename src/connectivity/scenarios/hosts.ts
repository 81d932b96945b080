import type { NodePods, Scene } from '../scene.js';
import { podProbe, probeOf } from './build-probe.js';
import { type Scenario, still } from './scenario.js';
import type { ScenarioName } from './scenario-name.js';

const reached = (scenario: ScenarioName): { scenario: ScenarioName; expected: 'reached' } => ({
  scenario,
  expected: 'reached',
});

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
  'pods reach what is outside of the cluster, with their address translated where the pool says so',
  ({ nodes, outside }) =>
    nodes.flatMap(({ source }) =>
      outside.map(({ host, port }) =>
        probeOf(reached('outside'), source, { name: 'outside' }, { kind: 'tcp', host, port }),
      ),
    ),
  ({ outside }) => (outside.length === 0 ? 'no target outside of the cluster is given' : null),
);

export const HOST_SCENARIOS: readonly Scenario[] = [
  HOST_TO_POD,
  POD_TO_HOST,
  HOST_TO_HOST,
  API_SERVER,
  OUTSIDE,
];
