import { shortDigest } from '../probe-pod.js';
import { POLICY_CALICO, POLICY_TIERS } from './calico-policies.js';
import { HOST_SCENARIOS } from './hosts.js';
import { POLICY_L7 } from './layer7.js';
import { POD_SCENARIOS } from './pods.js';
import { POLICY_EGRESS, POLICY_INGRESS } from './policies.js';
import type { Scenario } from './scenario.js';
import { DNS, HAIRPIN, NODE_PORT, SERVICE, serviceEndpoints } from './services.js';

/** Every scenario that is tried by probes, in the order in which they are. */
export const SCENARIOS: readonly Scenario[] = [
  ...POD_SCENARIOS,
  SERVICE,
  NODE_PORT,
  HAIRPIN,
  DNS,
  ...HOST_SCENARIOS,
  serviceEndpoints(shortDigest),
  POLICY_INGRESS,
  POLICY_EGRESS,
  POLICY_CALICO,
  POLICY_TIERS,
  POLICY_L7,
];
