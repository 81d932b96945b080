import { referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Probe } from '../probe.js';
import type { Scene } from '../scene.js';
import {
  ALLOW,
  ALLOW_SOURCES,
  type CalicoRule,
  DENY,
  globalPolicy,
  networkPolicy,
  PASS,
  tier,
  tieredPolicy,
} from './calico-objects.js';
import { pairsOf, probesOf } from './policies.js';
import type { Change, Phase, Scenario } from './scenario.js';

const apply = (object: KubernetesObject): Change => ({ kind: 'apply', object });
const remove = (object: KubernetesObject): Change => ({ kind: 'delete', object: referenceOf(object) });

function policyPhases(scene: Scene): readonly Phase[] {
  const { calico } = scene;
  const pairs = pairsOf(scene);
  const probes = (part: string, expected: Probe['expected'], options = {}): readonly Probe[] =>
    probesOf('policy-calico', part, expected, pairs, options);
  return [
    {
      title: 'a NetworkPolicy of Calico’s denies all',
      changes: [apply(networkPolicy(calico, []))],
      probes: probes('denied', 'blocked'),
    },
    {
      title: 'it allows one port from pods of one label',
      changes: [apply(networkPolicy(calico, [ALLOW_SOURCES]))],
      probes: [
        ...probes('allowed by label', 'reached'),
        ...probes('denied by port', 'blocked', { udp: true }),
      ],
    },
    {
      title: 'a GlobalNetworkPolicy of a lower order denies all',
      changes: [apply(globalPolicy(calico, 50))],
      probes: probes('denied first', 'blocked'),
    },
    {
      title: 'it is given a higher order',
      changes: [apply(globalPolicy(calico, 200))],
      probes: probes('allowed first', 'reached'),
    },
    {
      title: 'both are deleted',
      changes: [remove(globalPolicy(calico, 0)), remove(networkPolicy(calico, []))],
      probes: probes('lifted', 'reached'),
    },
  ];
}

function tierPhases(scene: Scene): readonly Phase[] {
  const { calico } = scene;
  const pairs = pairsOf(scene);
  const phase = (
    title: string,
    [first, then]: readonly [CalicoRule, CalicoRule],
    expected: Probe['expected'],
    earlier: readonly Change[] = [],
  ): Phase => ({
    title,
    changes: [...earlier, apply(tieredPolicy(calico, first)), apply(networkPolicy(calico, [then]))],
    probes: probesOf('policy-tiers', title, expected, pairs),
  });
  return [
    phase('a tier allows before the next one denies', [ALLOW, DENY], 'reached', [apply(tier(calico))]),
    phase('it passes to the next one, which denies', [PASS, DENY], 'blocked'),
    phase('it denies before the next one allows', [DENY, ALLOW], 'blocked'),
    phase('it passes to the next one, which allows', [PASS, ALLOW], 'reached'),
    {
      // The tier stays until the end of the run, and does nothing: it may take a while to go, and would be missed here
      title: 'the policies are deleted',
      changes: [remove(tieredPolicy(calico, PASS)), remove(networkPolicy(calico, []))],
      probes: [],
    },
  ];
}

export const POLICY_CALICO: Scenario = {
  name: 'policy-calico',
  proves:
    'a NetworkPolicy and a GlobalNetworkPolicy of Calico’s deny, let through by label and port, count in their order, and follow when they are changed',
  whySkipped: ({ calico }) => calico.whyNoPolicies,
  phases: policyPhases,
};

export const POLICY_TIERS: Scenario = {
  name: 'policy-tiers',
  proves: 'a tier that comes first allows, denies or passes to the next, whatever that says',
  whySkipped: ({ calico }) => calico.whyNoTiers,
  phases: tierPhases,
};
