import { OWN_LABELS } from '../../cluster/own-label.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type Check, PORTS, type Probe } from '../probe.js';
import { HOST_NAMESPACE, PROBE_NAMESPACE } from '../probe-namespace.js';
import { ROLE_LABEL } from '../probe-pod.js';
import type { NodePods, Scene } from '../scene.js';
import { podProbe } from './build-probe.js';
import type { Change, Phase, Scenario } from './scenario.js';
import type { ScenarioName } from './scenario-name.js';

const API = 'networking.k8s.io/v1';
const NAMES: Readonly<Partial<Record<ScenarioName, string>>> = {
  'policy-ingress': 'ingress',
  'policy-egress': 'egress',
};

/** Two nodes, the sender first. */
export type Pair = readonly [NodePods, NodePods];

/** On each node, and between nodes: a policy is enforced where the pod is, whoever sends. */
export function pairsOf({ nodes, mesh }: Scene): readonly Pair[] {
  return [...nodes.map((node) => [node, node] as const), ...mesh];
}

/** A probe for each pair, from its source pod to its target pod, or the other way round. */
export function probesOf(
  scenario: ScenarioName,
  part: string,
  expected: Probe['expected'],
  pairs: readonly Pair[],
  { isReverse = false, udp = false }: { readonly isReverse?: boolean; readonly udp?: boolean } = {},
): readonly Probe[] {
  const datagram = (host: string): Check => ({ kind: 'udp', host, port: PORTS.udp, size: 'small' });
  // Whoever it is that must not answer
  const connection = (host: string): Check => ({ kind: 'tcp', host, port: PORTS.http });
  const options = udp ? { check: datagram } : expected === 'blocked' ? { check: connection } : {};
  return pairs.flatMap(([from, to]) => {
    const [sender, receiver] = isReverse ? [from.target, to.source] : [from.source, to.target];
    return podProbe({ scenario, expected, part }, sender, receiver, options);
  });
}

function policy(scenario: ScenarioName, spec: object): Change {
  const metadata = { name: NAMES[scenario] ?? scenario, namespace: PROBE_NAMESPACE, labels: OWN_LABELS };
  const object: KubernetesObject = { apiVersion: API, kind: 'NetworkPolicy', metadata, spec };
  return { kind: 'apply', object };
}

function lift(scenario: ScenarioName): Change {
  const name = NAMES[scenario] ?? scenario;
  return {
    kind: 'delete',
    object: { apiVersion: API, kind: 'NetworkPolicy', namespace: PROBE_NAMESPACE, name },
  };
}

const role = (name: string): object => ({ matchLabels: { [ROLE_LABEL]: name } });
const namespace = (name: string): object => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

/** Ingress of the target pods alone: no other traffic of the test is touched. */
function ingress(rules: readonly object[]): Change {
  return policy('policy-ingress', { podSelector: role('target'), policyTypes: ['Ingress'], ingress: rules });
}

function egress(rules: readonly object[]): Change {
  return policy('policy-egress', { podSelector: role('source'), policyTypes: ['Egress'], egress: rules });
}

function ingressPhases(scene: Scene): readonly Phase[] {
  const pairs = pairsOf(scene);
  const probes = (
    part: string,
    expected: Probe['expected'],
    options: Parameters<typeof probesOf>[4] = {},
  ): readonly Probe[] => probesOf('policy-ingress', part, expected, pairs, options);
  const http = [{ protocol: 'TCP', port: PORTS.http }];
  return [
    { title: 'all is denied', changes: [ingress([])], probes: probes('denied', 'blocked') },
    {
      title: 'one port is allowed from pods of one label',
      changes: [ingress([{ from: [{ podSelector: role('source') }], ports: http }])],
      probes: [
        ...probes('allowed by label', 'reached'),
        ...probes('denied by port', 'blocked', { udp: true }),
      ],
    },
    {
      title: 'it is allowed from another label',
      changes: [ingress([{ from: [{ podSelector: role('nobody') }], ports: http }])],
      probes: probes('denied by label', 'blocked'),
    },
    {
      title: 'it is allowed from this namespace',
      changes: [ingress([{ from: [{ namespaceSelector: namespace(PROBE_NAMESPACE) }] }])],
      probes: probes('allowed by namespace', 'reached'),
    },
    {
      title: 'it is allowed from another namespace',
      changes: [
        ingress([{ from: [{ namespaceSelector: namespace(HOST_NAMESPACE), podSelector: role('source') }] }]),
      ],
      probes: probes('denied by namespace', 'blocked'),
    },
    {
      title: 'the policy is deleted',
      changes: [lift('policy-ingress')],
      probes: probes('lifted', 'reached'),
    },
  ];
}

function egressPhases(scene: Scene): readonly Phase[] {
  const pairs = pairsOf(scene);
  const probes = (
    part: string,
    expected: Probe['expected'],
    options: Parameters<typeof probesOf>[4] = {},
  ): readonly Probe[] => probesOf('policy-egress', part, expected, pairs, options);
  return [
    {
      title: 'all is denied',
      changes: [egress([])],
      probes: [
        ...probes('denied', 'blocked'),
        // What comes in is none of its business
        ...probes('towards them', 'reached', { isReverse: true }),
      ],
    },
    {
      title: 'pods of one label are allowed',
      changes: [egress([{ to: [{ podSelector: role('target') }] }])],
      probes: probes('allowed by label', 'reached'),
    },
    {
      title: 'the policy is deleted',
      changes: [lift('policy-egress')],
      probes: probes('lifted', 'reached'),
    },
  ];
}

export const POLICY_INGRESS: Scenario = {
  name: 'policy-ingress',
  proves:
    'a NetworkPolicy denies what comes in, and lets through by label, port and namespace, and follows when it is changed',
  whySkipped: () => null,
  phases: ingressPhases,
};

export const POLICY_EGRESS: Scenario = {
  name: 'policy-egress',
  proves: 'a NetworkPolicy denies what goes out, and nothing else, and follows when it is changed',
  whySkipped: () => null,
  phases: egressPhases,
};
