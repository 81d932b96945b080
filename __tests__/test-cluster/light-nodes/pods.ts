import { type TestCluster } from '../../../test-cluster/types.js';
import { eventually } from '../eventually.js';

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: Readonly<
    Record<string, { readonly reason?: string; readonly message?: string; readonly exitCode?: number }>
  >;
  readonly lastState: Readonly<Record<string, { readonly exitCode?: number }>>;
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly hostIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface PodRequest {
  readonly namespace: string;
  readonly node: string;
  readonly name?: string;
  readonly image?: string;
  readonly initImages?: readonly string[];
  readonly graceSeconds?: number;
  readonly hostNetwork?: boolean;
}

const PROBE = { httpGet: { port: 80 } };

/** A pod on that node, with one container that has a readiness probe, and init containers `init-0`, `init-1`, …. */
export function createPod(cluster: TestCluster, request: PodRequest): Promise<Pod> {
  const {
    namespace,
    node,
    name = 'probe',
    image = 'docker.io/calico/node:v3.30.1',
    initImages = [],
  } = request;
  return cluster.api.call<Pod>('POST', `/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: request.graceSeconds ?? 30,
      hostNetwork: request.hostNetwork ?? false,
      initContainers: initImages.map((initImage, index) => ({ name: `init-${index}`, image: initImage })),
      containers: [{ name: 'main', image, readinessProbe: PROBE }],
    },
  });
}

/** Null where it is gone. */
export async function readPod(cluster: TestCluster, namespace: string, name = 'probe'): Promise<Pod | null> {
  const { status, body } = await cluster.api.ask('GET', `/api/v1/namespaces/${namespace}/pods/${name}`);
  return status === 404 ? null : (body as Pod);
}

/** The pod, once that holds for it. */
export function podThat(
  cluster: TestCluster,
  namespace: string,
  holds: (pod: Pod) => boolean,
  name = 'probe',
): Promise<Pod> {
  return eventually(async () => {
    const pod = await readPod(cluster, namespace, name);
    if (pod === null || holds(pod)) return pod;
    throw new Error(`not yet: ${JSON.stringify(pod.status)}`);
  });
}

export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

/** `running`, `terminated Completed`, `waiting CrashLoopBackOff`. */
export function stateOf({ state }: ContainerStatus): string {
  const [[kind, { reason }] = ['none', {}]] = Object.entries(state) as [
    string,
    { readonly reason?: string },
  ][];
  return reason === undefined ? kind : `${kind} ${reason}`;
}

/** The states of the init containers, in their order, as {@link stateOf} has them. */
export function initStates({ status }: Pod): readonly string[] {
  return (status.initContainerStatuses ?? []).map(stateOf);
}

/** The state of the only container. */
export function mainState({ status }: Pod): string {
  const [main] = status.containerStatuses ?? [];
  return main === undefined ? 'none' : stateOf(main);
}

/** Everything that was seen of the pod until that holds for it. */
export async function historyUntil(
  cluster: TestCluster,
  namespace: string,
  see: (pod: Pod) => string,
  last: string,
): Promise<readonly string[]> {
  const seen: string[] = [];
  await eventually(async () => {
    const pod = await readPod(cluster, namespace);
    if (pod === null) return null;
    const now = see(pod);
    if (seen.at(-1) !== now) seen.push(now);
    return now === last ? now : null;
  });
  return seen;
}
