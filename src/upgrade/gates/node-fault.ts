import { type Fields, listAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Lasts } from './stopwatch.js';

/** A kubelet may say for a moment that it has no network while the node's CNI plugin is put in place. */
export const NODE_HEALS_MS = 20_000;

/** Whether a node says that it is Ready. */
export function isNodeReady(node: KubernetesObject): boolean {
  return textAt(readiness(node), 'status') === 'True';
}

/** Why a node takes no pods; null where it does, or may in a moment: one that nobody hears of any more does not. */
export function nodeFault(node: KubernetesObject, lasts: Lasts): string | null {
  if (isNodeReady(node)) return null;
  const { name } = node.metadata;
  const saysNo = textAt(readiness(node), 'status') === 'False';
  if (saysNo && !lasts(`Node ${name} not Ready`, NODE_HEALS_MS)) return null;
  return unreadyNode(node);
}

/** `Node worker-1 is not Ready: Kubelet stopped posting node status.` */
export function unreadyNode(node: KubernetesObject): string {
  const message = textAt(readiness(node), 'message');
  return `Node ${node.metadata.name} is not Ready${message === '' ? '.' : `: ${message}`}`;
}

function readiness(node: KubernetesObject): Fields | undefined {
  return listAt(node, 'status', 'conditions').find(({ type }) => type === 'Ready');
}
