import { type ApiClient } from '../api-client.js';

const STRATEGIC = 'application/strategic-merge-patch+json';

interface PodList {
  readonly items: readonly Pod[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly ready: boolean }[];
  };
}

/**
 * What the controller manager writes 40 s after the last lease of a node: nobody knows of it, and its pods are not Ready,
 * whatever their containers were when they were heard of last.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/controller/nodelifecycle/node_lifecycle_controller.go `MarkPodsNotReady`
 */
export async function tellLost(api: ApiClient, node: string): Promise<void> {
  const conditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: new Date().toISOString(),
  }));
  await api.call('PATCH', `/api/v1/nodes/${node}/status`, { status: { conditions } }, STRATEGIC);
  await markPods(api, node, 'False', isReady);
}

/** What a kubelet says of its pods once it is heard of again. */
export async function tellFound(api: ApiClient, node: string): Promise<void> {
  await markPods(api, node, 'True', (pod) => !isReady(pod) && areContainersReady(pod));
}

async function markPods(
  api: ApiClient,
  node: string,
  status: 'True' | 'False',
  isMeant: (pod: Pod) => boolean,
): Promise<void> {
  const { items } = await api.call<PodList>('GET', `/api/v1/pods?fieldSelector=spec.nodeName=${node}`);
  const conditions = [{ type: 'Ready', status, lastTransitionTime: new Date().toISOString() }];
  await Promise.all(
    items
      .filter(isMeant)
      .map(({ metadata: { namespace, name } }) =>
        api.ask(
          'PATCH',
          `/api/v1/namespaces/${namespace}/pods/${name}/status`,
          { status: { conditions } },
          STRATEGIC,
        ),
      ),
  );
}

function isReady({ status: { conditions = [] } }: Pod): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function areContainersReady({ status: { containerStatuses = [] } }: Pod): boolean {
  return containerStatuses.length > 0 && containerStatuses.every(({ ready }) => ready);
}
