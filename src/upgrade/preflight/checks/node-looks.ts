import { LOOK_ROLE, lookRules } from '../../../cluster/permissions.js';
import type { ClusterState } from '../../../cluster/cluster-state.js';
import type { NodeInside, NodeState } from '../../../cluster/node-state.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import type { PreflightCheck } from '../preflight.js';

/** A node that was looked into, and what was seen. */
export interface SeenNode {
  readonly node: NodeState;
  readonly inside: Extract<NodeInside, { readonly kind: 'seen' }>;
}

/** The nodes that were looked into and answered. */
export function seenNodes({ nodes }: ClusterState): readonly SeenNode[] {
  return nodes.flatMap((node) => (node.inside?.kind === 'seen' ? [{ node, inside: node.inside }] : []));
}

const UNKNOWN =
  'whether CNI configuration of others lies there, or rules of both iptables backends, is not known';

/** Says which nodes were not looked into, and how they could be. */
export const nodeLooks: PreflightCheck = ({ state, calico }) => {
  const linux = state.nodes.filter(({ isVirtual, os }) => !isVirtual && os !== 'windows');
  if (linux.length === 0) return [];
  const role = `${LOOK_ROLE} of docs/plan.md in ${calico.namespace} (${ruleText()})`;
  if (linux.every(({ inside }) => inside === null)) {
    return [
      finding('nodes-not-inspected', 'notice', {
        message: `The nodes were not looked into: ${UNKNOWN}.`,
        remedy: `Set inspect-nodes to true; the account needs the Role ${role}.`,
      }),
    ];
  }
  const unseen = linux.flatMap(({ name, inside }) =>
    inside?.kind === 'unseen' ? [{ name, ...inside }] : [],
  );
  if (unseen.length === 0) return [];
  return [
    finding('nodes-not-inspected', 'warning', {
      message: `${count(unseen.length, 'node')} could not be looked into: ${listNames(unseen.map(({ name }) => name))}; ${UNKNOWN}.`,
      remedy: unseen.some(({ isForbidden }) => isForbidden)
        ? `Give the account the Role ${role}.`
        : 'Find out why the pods do not answer; the upgrade itself does not need them to.',
      evidence: unseen.map(({ name, reason }) =>
        evidenceOf(nodeReference(name), 'exec in calico-node', reason),
      ),
    }),
  ];
};

function ruleText(): string {
  return lookRules()
    .map(({ resources, verbs }) => `${verbs.join(' and ')} on ${resources.join(', ')}`)
    .join('; ');
}
