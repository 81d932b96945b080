import { randomUUID } from 'node:crypto';
import { type ApiClient } from '../api-client.js';
import { waitWhileRunning } from '../start-process.js';
import { type FaultRule, type FaultScope, imagePattern } from './faults.js';
import { tellFound, tellLost } from './lost-node.js';
import { anotherNode, LIGHT_NODE_LABEL, MAX_LIGHT_NODES, NOT_READY_ANNOTATION } from './nodes.js';
import { renderStages } from './render.js';
import { replaceStages, waitUntilKnown } from './stages.js';

/** How the light nodes of a cluster are steered. */
export interface LightNodes {
  /**
   * Makes this the table of faults, in place of the one before; pods that run are looked at anew. Every test that shares
   * the cluster sees it: name nodes or namespaces of your own, or use a cluster of your own.
   */
  readonly setFaults: (rules: readonly FaultRule[]) => Promise<void>;
  /** Takes all faults away. */
  readonly clearFaults: () => Promise<void>;
  /** The node works, but says that it is not ready, and this as the reason. */
  readonly makeNotReady: (node: string, message: string) => Promise<void>;
  /** The node is gone: it renews no lease, its pods stay, not Ready any more, and it is `Unknown` at once. */
  readonly makeLost: (node: string) => Promise<void>;
  /** Ends what `makeNotReady` and `makeLost` began, and waits until the node says that it is ready. */
  readonly makeReady: (node: string) => Promise<void>;
  /** A new node of this name joins the cluster, and is ready when this is done. */
  readonly join: (node: string) => Promise<void>;
  /** The node leaves the cluster. As with a real one its pods stay until the controller manager collects them, in a minute. */
  readonly leave: (node: string) => Promise<void>;
}

const STRATEGIC = 'application/strategic-merge-patch+json';

export function steerLightNodes(api: ApiClient): LightNodes {
  let current: readonly FaultRule[] = [];
  let lookedAt = 0;
  const patchNode = (node: string, metadata: object): Promise<unknown> =>
    api.call('PATCH', `/api/v1/nodes/${node}`, { metadata });
  const look = (rules: readonly Pick<FaultRule, 'on'>[]): Promise<void> => {
    // Kept in whole seconds: the same time again would change nothing, and nobody would look
    lookedAt = Math.max(Date.now(), lookedAt + 1000);
    return lookAnew(api, rules, new Date(lookedAt));
  };
  const setFaults = async (rules: readonly FaultRule[]): Promise<void> => {
    const table = randomUUID();
    await replaceStages(api, renderStages(rules, table));
    await waitUntilKnown(api, table);
    await look([...current, ...rules]);
    current = rules;
  };
  return {
    setFaults,
    clearFaults: () => setFaults([]),
    makeNotReady: async (node, message) => {
      await patchNode(node, { annotations: { [NOT_READY_ANNOTATION]: message } });
    },
    makeLost: async (node) => {
      await patchNode(node, { labels: { [LIGHT_NODE_LABEL]: null } });
      await tellLost(api, node);
    },
    makeReady: async (node) => {
      await patchNode(node, {
        annotations: { [NOT_READY_ANNOTATION]: null },
        labels: { [LIGHT_NODE_LABEL]: 'true' },
      });
      await waitUntilReady(api, node);
      await tellFound(api, node);
      await look([{ on: { nodes: [node] } }]);
    },
    join: async (node) => {
      const { items } = await api.call<NodeList>('GET', '/api/v1/nodes');
      const version = items[0]?.status.nodeInfo.kubeletVersion ?? '';
      await api.call('POST', '/api/v1/nodes', anotherNode(node, JOINED + items.length, version));
      await waitUntilReady(api, node);
    },
    leave: async (node) => {
      await api.call('DELETE', `/api/v1/nodes/${node}`);
    },
  };
}

/** Places of nodes that join are behind those that a cluster can begin with. */
const JOINED = MAX_LIGHT_NODES;

interface NodeList {
  readonly items: readonly { readonly status: { readonly nodeInfo: { readonly kubeletVersion: string } } }[];
}

const READY_TIMEOUT_MS = 30_000;

function waitUntilReady(api: ApiClient, name: string): Promise<void> {
  return waitWhileRunning({
    what: `${name} to be ready`,
    timeoutMs: READY_TIMEOUT_MS,
    processes: [],
    missing: async () => {
      const { status } = await api.call<NodeWithConditions>('GET', `/api/v1/nodes/${name}`);
      const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status;
      return ready === 'True' ? null : `Ready is ${ready ?? 'not there'}`;
    },
  });
}

interface NodeWithConditions {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface PodList {
  readonly items: readonly Pod[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly initContainers?: readonly { readonly image: string }[];
    readonly containers: readonly { readonly image: string }[];
  };
}

/** A pod is looked at when it changes. So those that the rules concern are changed, in a place that nobody reads. */
async function lookAnew(api: ApiClient, rules: readonly Pick<FaultRule, 'on'>[], at: Date): Promise<void> {
  if (rules.length === 0) return;
  const { items } = await api.call<PodList>('GET', '/api/v1/pods?fieldSelector=spec.nodeName!=');
  const concerned = items.filter((pod) => rules.some(({ on }) => concerns(on, pod)));
  const conditions = [{ type: 'PodScheduled', lastProbeTime: at.toISOString() }];
  await Promise.all(
    concerned.map(({ metadata: { namespace, name } }) =>
      api.ask(
        'PATCH',
        `/api/v1/namespaces/${namespace}/pods/${name}/status`,
        { status: { conditions } },
        STRATEGIC,
      ),
    ),
  );
}

function concerns(scope: FaultScope, { metadata, spec }: Pod): boolean {
  const { nodes, namespaces } = scope;
  if (nodes !== undefined && !nodes.includes(spec.nodeName ?? '')) return false;
  if (namespaces !== undefined && !namespaces.includes(metadata.namespace)) return false;
  const pattern = new RegExp(imagePattern(scope));
  return [...(spec.initContainers ?? []), ...spec.containers].some(({ image }) => pattern.test(image));
}
