import { OWN_LABELS } from '../../cluster/own-label.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { PORTS, type Probe } from '../probe.js';
import { PROBE_NAMESPACE } from '../probe-namespace.js';
import { ROLE_LABEL } from '../probe-pod.js';
import type { NodePods, Scene } from '../scene.js';
import { probeOf } from './build-probe.js';
import { type Phase, type Scenario, still } from './scenario.js';
import type { ScenarioName } from './scenario-name.js';

/** Names of the Services that the test makes. */
export const SERVICES = {
  targets: 'targets',
  local: 'local',
  moving: 'moving',
  headless: 'headless',
} as const;
/** On a target pod: which node's it is, and whether it stands behind the headless Service. */
export const NODE_LABEL = 'calico-upgrade-action/node';
export const HEADLESS_LABEL = 'calico-upgrade-action/headless';

interface Named {
  readonly scenario: ScenarioName;
  readonly expected: 'reached';
  readonly part?: string;
}
const reached = (scenario: ScenarioName, part = ''): Named => ({ scenario, expected: 'reached', part });

/** Every Service of the test. Pure. */
export function serviceObjects(firstNode: string): readonly KubernetesObject[] {
  const ports = [
    { name: 'http', port: PORTS.http, targetPort: PORTS.http, protocol: 'TCP' },
    { name: 'udp', port: PORTS.udp, targetPort: PORTS.udp, protocol: 'UDP' },
  ];
  return [
    service(SERVICES.targets, { type: 'NodePort', selector: { [ROLE_LABEL]: 'target' }, ports }),
    service(SERVICES.local, {
      selector: { [ROLE_LABEL]: 'source' },
      internalTrafficPolicy: 'Local',
      ports: ports.slice(0, 1),
    }),
    service(SERVICES.headless, {
      clusterIP: 'None',
      selector: { [HEADLESS_LABEL]: 'yes' },
      ports: ports.slice(0, 1),
    }),
    movingService(firstNode),
  ];
}

function movingService(nodeLabel: string): KubernetesObject {
  return service(SERVICES.moving, {
    selector: { [ROLE_LABEL]: 'target', [NODE_LABEL]: nodeLabel },
    ports: [{ name: 'http', port: PORTS.http, targetPort: PORTS.http, protocol: 'TCP' }],
  });
}

function service(name: string, spec: object): KubernetesObject {
  const metadata = { name, namespace: PROBE_NAMESPACE, labels: OWN_LABELS };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec };
}

function targetNames({ nodes }: Scene): readonly string[] {
  return nodes.map(({ target }) => target.name);
}

function askService(scene: Scene, from: NodePods): readonly Probe[] {
  const { address } = scene.services.targets;
  const answers = targetNames(scene);
  const to = { name: 'Service targets' };
  return [
    probeOf(reached('service', 'tcp'), from.source, to, {
      kind: 'http',
      host: address,
      port: PORTS.http,
      fillBytes: 0,
      answers,
    }),
    probeOf(reached('service', 'udp'), from.source, to, {
      kind: 'udp',
      host: address,
      port: PORTS.udp,
      size: 'small',
    }),
  ];
}

export const SERVICE = still(
  'service',
  'pods reach a Service by its cluster address, over TCP and UDP',
  (scene) => scene.nodes.flatMap((from) => askService(scene, from)),
);

export const NODE_PORT = still(
  'node-port',
  'pods reach a Service by a port of another node',
  (scene) =>
    scene.mesh.map(([from, to]) =>
      probeOf(
        reached('node-port'),
        from.source,
        { name: 'node port of Service targets', node: to.node },
        {
          kind: 'http',
          host: to.address,
          port: scene.services.targets.nodePort,
          fillBytes: 0,
          answers: targetNames(scene),
        },
      ),
    ),
  ({ nodes }) => (nodes.length < 2 ? 'it takes two nodes' : null),
);

export const HAIRPIN = still('hairpin', 'a pod reaches itself through a Service', ({ nodes, services }) =>
  nodes.map(({ source, node }) =>
    probeOf(
      reached('hairpin'),
      source,
      { name: 'Service local', node, target: source },
      {
        kind: 'http',
        host: services.local.address,
        port: PORTS.http,
        fillBytes: 0,
        answers: [source.name],
      },
    ),
  ),
);

export const DNS = still('dns', 'pods resolve the name of a Service, and one that names a pod', (scene) =>
  scene.nodes.flatMap(({ source }) =>
    [scene.services.names.service, scene.services.names.headless].map((host) =>
      probeOf(reached('dns'), source, { name: `name ${host}` }, { kind: 'tcp', host, port: PORTS.http }),
    ),
  ),
);

/** Points a Service at a pod of one node, and then at one of another. */
function move(scene: Scene, to: NodePods, title: string, labelOf: (node: string) => string): Phase {
  const check = {
    kind: 'http',
    host: scene.services.moving.address,
    port: PORTS.http,
    fillBytes: 0,
    answers: [to.target.name],
  } as const;
  return {
    title,
    changes: [{ kind: 'apply', object: movingService(labelOf(to.node)) }],
    probes: scene.nodes.map(({ source }) =>
      probeOf(
        reached('service-endpoints', title),
        source,
        { name: 'Service moving', target: to.target },
        check,
      ),
    ),
  };
}

/** @param labelOf gives the value of {@link NODE_LABEL} of a node */
export function serviceEndpoints(labelOf: (node: string) => string): Scenario {
  return {
    name: 'service-endpoints',
    proves: 'where the pods behind a Service change, traffic follows',
    whySkipped: ({ nodes }) => (nodes.length < 2 ? 'it takes two nodes' : null),
    phases(scene) {
      const [first, last] = [scene.nodes[0], scene.nodes.at(-1)];
      if (first === undefined || last === undefined) return [];
      return [move(scene, last, 'moved', labelOf), move(scene, first, 'moved back', labelOf)];
    },
  };
}
