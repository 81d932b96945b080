import type { TyphaComponent } from '../../../cluster/workload-state.js';
import { nameOf } from '../../../cluster/object-name.js';
import { count, evidenceOf, finding } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** Above this many nodes upstream advises Typha; one replica serves about 200. */
const NODES_WITHOUT_TYPHA = 50;
const NODES_PER_REPLICA = 200;
const SOURCE =
  'https://docs.tigera.io/calico/latest/getting-started/kubernetes/self-managed-onprem/onpremises';

/** Whether Typha, where it runs, can be rolled, and whether it should run where it does not. */
export const typha: PreflightCheck = ({ state, calico }) => {
  const nodes = state.nodes.filter(({ isVirtual }) => !isVirtual).length;
  const component = calico.components.typha;
  // The operator scales Typha by itself
  if (calico.method !== 'manifest') return component ? disruption(component) : [];
  if (!component || component.replicas === 0) return absent(nodes, calico, component);
  return [...replicas(component, nodes), ...certificates(component), ...disruption(component)];
};

function absent(
  nodes: number,
  calico: PreflightInput['calico'],
  component: TyphaComponent | null,
): PreflightFinding[] {
  if (component) {
    return [
      finding('typha-replicas', 'mandatory', {
        message: `${nameOf(component.reference)} has no replicas: a calico-node that restarts waits for Typha and does not come up.`,
        remedy: 'Scale Typha up first, or set typha_service_name to none.',
        evidence: [evidenceOf(component.reference, 'spec.replicas', 0)],
        source: SOURCE,
      }),
    ];
  }
  if (nodes <= NODES_WITHOUT_TYPHA || calico.variant === 'calico-policy-only') return [];
  return [
    finding('typha-advised', 'notice', {
      message: `${count(nodes, 'node')} run without Typha.`,
      remedy: 'Plan a change to calico-typha.yaml; this action never switches by itself.',
      source: SOURCE,
    }),
  ];
}

function replicas(component: TyphaComponent, nodes: number): PreflightFinding[] {
  const evidence = [evidenceOf(component.reference, 'spec.replicas', component.replicas)];
  if (component.replicas >= nodes) {
    return [
      finding('typha-replicas', nodes > 1 ? 'skippable' : 'warning', {
        message: `Typha has ${count(component.replicas, 'replica')} on ${count(nodes, 'node')}: its host ports leave a new pod no node to go to, and its rolling update stalls.`,
        remedy: `Scale Typha to ${Math.max(1, nodes - 1)} or fewer before the upgrade.`,
        evidence,
        source: SOURCE,
      }),
    ];
  }
  const advised = Math.max(3, Math.ceil(nodes / NODES_PER_REPLICA));
  if (nodes <= NODES_WITHOUT_TYPHA || component.replicas >= advised) return [];
  return [
    finding('typha-replicas', 'warning', {
      message: `Typha has ${count(component.replicas, 'replica')} for ${count(nodes, 'node')}: while one restarts the others take its clients.`,
      remedy: `Scale Typha to ${advised} before the upgrade.`,
      evidence,
      source: SOURCE,
    }),
  ];
}

function certificates(component: TyphaComponent): PreflightFinding[] {
  if (component.hasCertificates) return [];
  return [
    finding('typha-certificates', 'notice', {
      message: `${nameOf(component.reference)} talks to calico-node without certificates.`,
      remedy: 'Consider mutual TLS between Typha and calico-node; the upgrade leaves it as it is.',
      evidence: [
        evidenceOf(
          component.reference,
          'spec.template.spec.containers[name=calico-typha].env',
          'no TYPHA_CAFILE',
        ),
      ],
      source: 'https://docs.tigera.io/calico/latest/network-policy/comms/crypto-auth',
    }),
  ];
}

function disruption({ disruptionBudget, replicas: wanted }: TyphaComponent): PreflightFinding[] {
  if (!disruptionBudget || disruptionBudget.disruptionsAllowed > 0) return [];
  return [
    finding('typha-disruption-budget', 'warning', {
      message: `${nameOf(disruptionBudget.reference)} allows no disruption of ${count(wanted, 'Typha replica')}.`,
      remedy: 'Bring all Typha pods to Ready, or add a replica, before nodes are drained.',
      evidence: [evidenceOf(disruptionBudget.reference, 'status.disruptionsAllowed', 0)],
      source: 'https://github.com/projectcalico/calico/issues/13997',
    }),
  ];
}
