/** Every scenario. Names are stable: settings and reports know them. */
export const SCENARIO_NAMES = [
  'new-pods',
  'pod-same-node',
  'pod-cross-node',
  'udp',
  'large-packets',
  'second-family',
  'service',
  'node-port',
  'hairpin',
  'dns',
  'api-server',
  'host-to-pod',
  'pod-to-host',
  'host-to-host',
  'outside',
  'service-endpoints',
  'policy-ingress',
  'policy-egress',
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];
