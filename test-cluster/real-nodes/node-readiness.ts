import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient } from '../api-client.js';
import { clusterFiles } from '../cluster-directory.js';
import { type RunningProcess, waitWhileRunning } from '../start-process.js';
import { missingDns } from './dns.js';
import { type NodeLayout } from './layout.js';
import { openRealNode } from './real-node.js';

/** Nodes that are waited for, and who has to live meanwhile. */
export interface NodeWait {
  readonly directory: string;
  readonly nodes: readonly NodeLayout[];
  readonly processes: readonly RunningProcess[];
  readonly api: ApiClient;
}

const TIMEOUT_MS = 120_000;
/** How often the API server is asked. */
const POLL_MS = 100;

/** Waits until images can be given to the nodes. @throws EnvironmentError when that takes too long. */
export function waitForContainerd(wait: NodeWait): Promise<void> {
  return waitWhileRunning({
    what: 'containerd on the real nodes',
    timeoutMs: TIMEOUT_MS,
    processes: wait.processes,
    missing: () =>
      Promise.resolve(lackOf(wait, 'containerd', (node) => (hasContainerd(wait, node) ? null : 'no socket'))),
  });
}

/** Waits until the API server says that the nodes are Ready. @throws EnvironmentError when that takes too long. */
export function waitForReadyNodes(wait: NodeWait): Promise<void> {
  return waitWhileRunning({
    what: 'the real nodes to be Ready',
    timeoutMs: TIMEOUT_MS,
    pollMs: POLL_MS,
    processes: wait.processes,
    missing: async () => {
      const { items } = await wait.api.call<NodeList>('GET', '/api/v1/nodes');
      return lackOf(wait, 'kubelet', ({ name }) =>
        unreadinessOf(items.find(({ metadata }) => metadata.name === name)),
      );
    },
  });
}

export function waitForDns({ processes, api }: NodeWait): Promise<void> {
  return waitWhileRunning({
    what: "the cluster's DNS",
    timeoutMs: TIMEOUT_MS,
    pollMs: POLL_MS,
    processes,
    missing: () => missingDns(api),
  });
}

function hasContainerd({ directory }: NodeWait, { name, directory: own }: NodeLayout): boolean {
  if (!existsSync(join(own, 'pid'))) return false;
  return existsSync(join(openRealNode(directory, name).root, 'run/containerd/containerd.sock'));
}

interface NodeList {
  readonly items: readonly NodeObject[];
}

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

/** Null where the node is Ready. */
function unreadinessOf(node: NodeObject | undefined): string | null {
  if (node === undefined) return 'not registered';
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? null : (ready?.message ?? 'no condition Ready');
}

/** What each node lacks, with the last that its program has said: the logs are gone when a start fails. */
function lackOf(
  { directory, nodes }: NodeWait,
  program: string,
  lack: (node: NodeLayout) => string | null,
): string | null {
  const lacks = nodes.flatMap((node) => {
    const text = lack(node);
    if (text === null) return [];
    return `${node.name}: ${text}; its ${program} says: ${lastLine(clusterFiles.log(directory, `${node.name}-${program}`))}`;
  });
  return lacks.length === 0 ? null : lacks.join('\n');
}

const LINE_LENGTH = 400;

function lastLine(path: string): string {
  if (!existsSync(path)) return 'nothing';
  return readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)?.slice(0, LINE_LENGTH) ?? 'nothing';
}
