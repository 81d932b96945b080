import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { EnvironmentError } from '../../src/errors.js';
import { type ApiClient } from '../api-client.js';
import { type RunningProcess, startProcess, waitWhileRunning } from '../start-process.js';
import { LIGHT_NODE_LABEL, type LightNodeGroup, MAX_LIGHT_NODES, nodesOf } from './nodes.js';
import { renderStages } from './render.js';
import { createStages, STAGES_PATH } from './stages.js';

export interface LightNodesOptions {
  readonly directory: string;
  readonly api: ApiClient;
  /** Path of the program. */
  readonly kwok: string;
  /** A kubeconfig of an administrator, for a program beside the API server. */
  readonly kubeconfig: string;
  /** Words before the program, where the API server is in another network. */
  readonly prefix?: readonly string[];
  readonly groups: readonly LightNodeGroup[];
  /** What the kubelets say they are: `v1.34.4`. */
  readonly version: string;
  readonly onProgress?: (text: string) => void;
}

const TIMEOUT_MS = 120_000;

/**
 * Registers the nodes and starts what plays their kubelets.
 *
 * @returns the names of the nodes, once all are ready.
 * @throws EnvironmentError where a node is refused, or kwok ends.
 */
export async function startLightNodes(options: LightNodesOptions): Promise<readonly string[]> {
  const { api, groups, version, onProgress = () => undefined } = options;
  const nodes = nodesOf(groups, version);
  if (nodes.length > MAX_LIGHT_NODES) {
    throw new EnvironmentError(
      `${nodes.length} light nodes are more than there are addresses for (${MAX_LIGHT_NODES})`,
      'Ask for fewer.',
    );
  }
  await defineStages(api);
  await createStages(api, renderStages([], 'none'));
  const kwok = await startKwok(options);
  onProgress(`registering ${nodes.length} light nodes`);
  await Promise.all(nodes.map((node) => api.call('POST', '/api/v1/nodes', node)));
  await waitUntilReady(api, nodes.length, kwok);
  return nodes.map(({ metadata }) => metadata.name);
}

async function defineStages(api: ApiClient): Promise<void> {
  const definition = load(readFileSync(join(import.meta.dirname, 'stage-kind.yaml'), 'utf8'));
  await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  await waitWhileRunning({
    what: 'the API server to know stages',
    timeoutMs: TIMEOUT_MS,
    processes: [],
    missing: async () => {
      const { status } = await api.ask('GET', STAGES_PATH);
      return status === 200 ? null : `${STAGES_PATH}: ${status}`;
    },
  });
}

/** The leases are renewed every quarter of this: often enough for the controller manager, which waits 40 s. */
const LEASE_SECONDS = 100;

async function startKwok(options: LightNodesOptions): Promise<RunningProcess> {
  const { directory, kwok, kubeconfig, prefix = [] } = options;
  const configuration = join(directory, 'kwok.json');
  writeFileSync(
    configuration,
    JSON.stringify({
      apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
      kind: 'KwokConfiguration',
      options: {
        enableCRDs: ['Stage'],
        manageAllNodes: false,
        manageNodesWithLabelSelector: `${LIGHT_NODE_LABEL}=true`,
        nodeLeaseDurationSeconds: LEASE_SECONDS,
        podPlayStageParallelism: 32,
        nodePlayStageParallelism: 32,
        nodeLeaseParallelism: 32,
      },
    }),
  );
  return startProcess(directory, {
    name: 'kwok',
    program: kwok,
    args: [`--config=${configuration}`, `--kubeconfig=${kubeconfig}`, '-v=WARN'],
    prefix,
  });
}

/** Ready for the scheduler: the controller manager has seen that they are, and kwok renews their leases. */
async function waitUntilReady(api: ApiClient, count: number, kwok: RunningProcess): Promise<void> {
  await waitWhileRunning({
    what: `${count} light nodes to be ready`,
    timeoutMs: TIMEOUT_MS + count * 300,
    processes: [kwok],
    pollMs: count > 100 ? 1000 : 100,
    missing: async () => {
      const { items } = await api.call<NodeList>(
        'GET',
        `/api/v1/nodes?labelSelector=${LIGHT_NODE_LABEL}=true`,
      );
      const ready = items.filter(isReady).length;
      return ready >= count ? null : `${ready} of ${count} ready`;
    },
  });
}

interface NodeList {
  readonly items: readonly {
    readonly spec: { readonly taints?: readonly { readonly key: string }[] };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

function isReady({ spec, status }: NodeList['items'][number]): boolean {
  const isTainted = (spec.taints ?? []).some(({ key }) => key === 'node.kubernetes.io/not-ready');
  return (
    !isTainted && (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')
  );
}
