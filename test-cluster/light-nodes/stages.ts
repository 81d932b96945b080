import { type ApiClient } from '../api-client.js';
import { waitWhileRunning } from '../start-process.js';
import { LIGHT_NODE_LABEL } from './nodes.js';
import { type Stage } from './render.js';

export const STAGES_PATH = '/apis/kwok.x-k8s.io/v1alpha1/stages';

/** Writes all stages to a cluster that has none. */
export async function createStages(api: ApiClient, stages: readonly Stage[]): Promise<void> {
  await Promise.all(stages.map((stage) => api.call('POST', STAGES_PATH, stage)));
}

/** Makes these the stages of the cluster, and no others; `faults-known` is written when all others are. */
export async function replaceStages(api: ApiClient, stages: readonly Stage[]): Promise<void> {
  const { items } = await api.call<{ readonly items: readonly LiveStage[] }>('GET', STAGES_PATH);
  const live = new Map(items.map((item) => [item.metadata.name, item]));
  const wanted = new Set(stages.map(({ metadata }) => metadata.name));
  const isLast = ({ metadata }: Stage): boolean => metadata.name === KNOWN;
  const writeAll = (some: readonly Stage[]): Promise<unknown> =>
    Promise.all(some.map((stage) => write(api, stage, live.get(stage.metadata.name))));
  await Promise.all([
    writeAll(stages.filter((stage) => !isLast(stage))),
    ...[...live.keys()]
      .filter((name) => !wanted.has(name))
      .map((name) => api.call('DELETE', `${STAGES_PATH}/${name}`)),
  ]);
  await writeAll(stages.filter(isLast));
}

const KNOWN = 'faults-known';
const POD = '/api/v1/namespaces/kube-system/pods';
const KNOWN_TIMEOUT_MS = 60_000;

/**
 * Until kwok goes by the stages of that table. It can note that there are new stages before it has them, and then keeps
 * the old ones until the next change; so a pod asks, and both are changed for as long as there is no answer.
 */
export async function waitUntilKnown(api: ApiClient, table: string): Promise<void> {
  const { items } = await api.call<{ readonly items: readonly { readonly metadata: { name: string } }[] }>(
    'GET',
    `/api/v1/nodes?limit=1&labelSelector=${LIGHT_NODE_LABEL}=true`,
  );
  const [node] = items;
  if (node === undefined) return;
  const name = `${KNOWN}-${table}`;
  await api.call('POST', POD, {
    metadata: { name, labels: { 'light-nodes.test/table': table } },
    spec: {
      nodeName: node.metadata.name,
      containers: [{ name: 'none', image: 'none' }],
      tolerations: [{ operator: 'Exists' }],
    },
  });
  try {
    await waitWhileRunning({
      what: 'kwok to know the faults',
      timeoutMs: KNOWN_TIMEOUT_MS,
      processes: [],
      pollMs: 100,
      missing: async () => {
        const { status } = await api.call<{ readonly status: { readonly reason?: string } }>(
          'GET',
          `${POD}/${name}`,
        );
        if (status.reason !== undefined) return null;
        const metadata = { annotations: { 'light-nodes.test/asked': new Date().toISOString() } };
        await api.call('PATCH', `${STAGES_PATH}/${KNOWN}`, { metadata });
        await api.call('PATCH', `${POD}/${name}`, { metadata });
        return 'no answer yet';
      },
    });
  } finally {
    await api.call('DELETE', `${POD}/${name}?gracePeriodSeconds=0`);
  }
}

interface LiveStage extends Stage {
  readonly metadata: Stage['metadata'] & { readonly resourceVersion: string };
}

async function write(api: ApiClient, stage: Stage, live: LiveStage | undefined): Promise<void> {
  if (live === undefined) {
    await api.call('POST', STAGES_PATH, stage);
    return;
  }
  const { name, resourceVersion } = live.metadata;
  await api.call('PUT', `${STAGES_PATH}/${name}`, { ...stage, metadata: { name, resourceVersion } });
}
