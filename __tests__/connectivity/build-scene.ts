import type { PodAt, Probe } from '../../src/connectivity/probe.js';
import { HOST_NAMESPACE, PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import { meshOf, type NodePods, type Scene } from '../../src/connectivity/scene.js';

export function podAt(role: string, node: string, address: string, round = 1): PodAt {
  const namespace = role === 'host' || role === 'port' ? HOST_NAMESPACE : PROBE_NAMESPACE;
  return { name: `${role}-${node}-${round}`, namespace, node, addresses: [address], round };
}

/** A scene of nodes n1, n2, …, each with all its pods. */
export function buildScene(count: number, changes: Partial<Scene> = {}): Scene {
  const nodes = Array.from({ length: count }, (_, index): NodePods => {
    const [node, net] = [`n${index + 1}`, `${index >> 8}.${index & 255}`];
    return {
      node,
      address: `172.18.${net}`,
      source: podAt('source', node, `10.0.${net}`),
      target: podAt('target', node, `10.1.${net}`),
      host: podAt('host', node, `172.18.${net}`),
      port: podAt('port', node, `10.2.${net}`),
      layer7: podAt('l7', node, `10.3.${net}`),
    };
  });
  return {
    nodes,
    mesh: meshOf(nodes, 2),
    services: {
      targets: { address: '10.96.0.2', nodePort: 30_001, nodeUdpPort: 30_002 },
      local: { address: '10.96.0.3' },
      moving: { address: '10.96.0.4' },
      names: { service: 'targets.ns.svc', headless: 'headless.ns.svc' },
    },
    calico: { apiVersion: 'crd.projectcalico.org/v1', whyNoPolicies: null, whyNoTiers: null },
    layer7: { whyNot: null, annotations: {}, isMade: true },
    apiServer: { host: '10.96.0.1', port: 443 },
    outside: [],
    outsideSees: null,
    ...changes,
  };
}

export function buildProbe(changes: Partial<Probe> = {}): Probe {
  const target = podAt('target', 'n2', '10.1.0.2');
  return {
    key: 'pod-cross-node source@n1 target@n2',
    scenario: 'pod-cross-node',
    from: podAt('source', 'n1', '10.0.0.1'),
    to: 'pod target-n2-1 on n2 (10.1.0.2:8080)',
    target,
    toNode: 'n2',
    check: { kind: 'http', host: '10.1.0.2', port: 8080, fillBytes: 0, answers: [target.name] },
    expected: 'reached',
    ...changes,
  };
}
