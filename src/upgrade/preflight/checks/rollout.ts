import { count, evidenceOf, finding } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** Whether nodes can be rolled at all, and whether what they route by is whole before that. */
export const rollout: PreflightCheck = (input) => [...onDelete(input), ...sessions(input)];

/** Somebody holds the nodes: an earlier run's brake, or a choice that no manifest of upstream's makes. */
function onDelete({ calico }: PreflightInput): PreflightFinding[] {
  const node = calico.components.node;
  if (node?.updateStrategy !== 'OnDelete') return [];
  return [
    finding('node-on-delete', 'skippable', {
      message:
        'calico-node has the update strategy OnDelete: a new release reaches a node only when its pod is deleted.',
      remedy:
        'Find out who set it (it may be the brake of an earlier run), and set RollingUpdate unless somebody deletes the pods by hand.',
      evidence: [evidenceOf(node.reference, 'spec.updateStrategy.type', 'OnDelete')],
      source: 'https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/',
    }),
  ];
}

/** Sessions as CalicoNodeStatus objects tell them; where there are none, nobody knows. */
function sessions({ calico }: PreflightInput): PreflightFinding[] {
  const node = calico.components.node;
  if (!node?.bgp || node.bgp.notEstablished === 0) return [];
  const { established, notEstablished } = node.bgp;
  return [
    finding('bgp-not-established', 'skippable', {
      message: `${count(notEstablished, 'BGP session')} of ${established + notEstablished} ${notEstablished === 1 ? 'is' : 'are'} not established.`,
      remedy: 'Bring the sessions up first, or delete the CalicoNodeStatus objects if they are old.',
      evidence: [
        evidenceOf(
          { apiVersion: `${calico.dataGroup}/v1`, kind: 'CalicoNodeStatus', namespace: null, name: '*' },
          'status.bgp',
          `established ${established}, not established ${notEstablished}`,
        ),
      ],
      source: 'https://docs.tigera.io/calico/latest/reference/resources/caliconodestatus',
    }),
  ];
}
