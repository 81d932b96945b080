import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { ClusterState } from '../cluster-state.js';
import type { NodeInside, NodeState } from '../node-state.js';
import type { PodState } from '../workload-state.js';
import { NODE_CONTAINER } from '../interpret/calico-node.js';
import { createGate } from '../read/gate.js';
import { lookRules } from '../permissions.js';
import { lookCommand } from './look-command.js';
import { readLook } from './read-look.js';

/** Pods that are asked at a time: each is a connection that the API server and a kubelet carry. */
const WIDTH = 16;
const TIMEOUT_MS = 20_000;

/**
 * Looks into every Linux node by running a command that only reads in its calico-node pod. A node that cannot be looked
 * into is named, with the reason; that is never an error.
 * @throws ClusterError where it cannot even be asked whether the account may do that
 */
export async function lookIntoNodes(client: ClusterClient, state: ClusterState): Promise<ClusterState> {
  const component = state.calico?.components.node;
  if (!component) return state;
  const namespace = component.reference.namespace ?? '';
  const command = lookCommand();
  const refusal = await findRefusal(client, namespace);
  const gate = createGate(WIDTH);
  const byNode = new Map(component.pods.map((pod) => [pod.node, pod]));

  async function look(pod: PodState | undefined): Promise<NodeInside> {
    if (!pod) return unseen('no calico-node pod runs there');
    if (pod.phase !== 'Running') return unseen(`its pod ${pod.name} is ${pod.phase}`);
    const asked = { namespace, pod: pod.name, container: NODE_CONTAINER, command, timeoutMs: TIMEOUT_MS };
    try {
      const { exitCode, stdout } = await client.exec(asked);
      return exitCode === 0 ? readLook(stdout) : unseen(`the command ended with ${exitCode}`);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      return unseen(error.message);
    }
  }

  const nodes = await Promise.all(
    state.nodes.map(async (node): Promise<NodeState> => {
      if (node.isVirtual || node.os === 'windows') return node;
      return { ...node, inside: refusal ?? (await gate(() => look(byNode.get(node.name)))) };
    }),
  );
  return { ...state, nodes };
}

/** Without the right every pod would be asked in vain. */
async function findRefusal(client: ClusterClient, namespace: string): Promise<NodeInside | null> {
  for (const { resources, verbs } of lookRules()) {
    for (const verb of verbs) {
      const resource = resources.join();
      const { isAllowed } = await client.canI({ verb, group: '', resource, namespace });
      if (isAllowed) continue;
      return {
        kind: 'unseen',
        reason: `the account may not ${verb} ${resource} in ${namespace}`,
        isForbidden: true,
      };
    }
  }
  return null;
}

function unseen(reason: string): NodeInside {
  return { kind: 'unseen', reason, isForbidden: false };
}
