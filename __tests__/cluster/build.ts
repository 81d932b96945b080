import type { KubernetesObject, ObjectMetadata } from '../../src/ports/cluster-client.js';
import { fieldsAt, listAt, textAt, textMapAt } from '../../src/cluster/fields.js';

type Fields = Readonly<Record<string, unknown>>;

/** An object with whatever else it has besides metadata. */
export function object(
  apiVersion: string,
  kind: string,
  metadata: ObjectMetadata,
  rest: Fields = {},
): KubernetesObject {
  return { apiVersion, kind, metadata, ...rest };
}

/** A node that is Ready, with 4 CPUs, 8 GiB and 110 pods. */
export function node(
  name: string,
  { metadata = {}, spec = {}, info = {}, images = [] }: NodeParts = {},
): KubernetesObject {
  return object(
    'v1',
    'Node',
    {
      name,
      labels: { 'kubernetes.io/os': 'linux', ...metadata.labels },
      annotations: metadata.annotations ?? {},
    },
    {
      spec,
      status: {
        allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
        addresses: [
          { type: 'InternalIP', address: '10.0.0.1' },
          { type: 'Hostname', address: name },
        ],
        images,
        conditions: [
          { type: 'MemoryPressure', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
        nodeInfo: {
          kubeletVersion: 'v1.31.4',
          operatingSystem: 'linux',
          osImage: 'Debian GNU/Linux 12 (bookworm)',
          kernelVersion: '6.1.0-28-amd64',
          architecture: 'amd64',
          containerRuntimeVersion: 'containerd://1.7.24',
          ...info,
        },
      },
    },
  );
}

interface NodeParts {
  readonly metadata?: Partial<ObjectMetadata>;
  readonly spec?: Fields;
  readonly info?: Fields;
  /** As the kubelet lists them. */
  readonly images?: readonly { readonly names: readonly string[] }[];
}

/** A DaemonSet or Deployment with containers `name: image`, rolled out on so many nodes or replicas. */
export function workload(
  kind: 'DaemonSet' | 'Deployment',
  name: string,
  containers: Readonly<Record<string, string>>,
  { namespace = 'kube-system', metadata = {}, pod = {}, spec = {}, env = {}, count = 2 }: WorkloadParts = {},
): KubernetesObject {
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  return object(
    'apps/v1',
    kind,
    { name, namespace, generation: 1, ...metadata },
    {
      spec: {
        ...(kind === 'Deployment' ? { replicas: count } : {}),
        selector: { matchLabels: { 'k8s-app': name } },
        template: {
          metadata: { labels: { 'k8s-app': name } },
          spec: {
            containers: Object.entries(containers).map(([container, image], index) => ({
              name: container,
              image,
              ...(index === 0 ? { env: variables } : {}),
            })),
            ...pod,
          },
        },
        ...spec,
      },
      status: statusOf(kind, count),
    },
  );
}

interface WorkloadParts {
  readonly namespace?: string;
  readonly metadata?: Partial<ObjectMetadata>;
  readonly pod?: Fields;
  readonly spec?: Fields;
  /** Of the first container. */
  readonly env?: Readonly<Record<string, string>>;
  readonly count?: number;
}

function statusOf(kind: string, count: number): Fields {
  return kind === 'DaemonSet'
    ? {
        observedGeneration: 1,
        desiredNumberScheduled: count,
        updatedNumberScheduled: count,
        numberReady: count,
        numberAvailable: count,
      }
    : {
        observedGeneration: 1,
        replicas: count,
        updatedReplicas: count,
        readyReplicas: count,
        availableReplicas: count,
      };
}

/** Running, ready pods as the controller of a workload would make them, one a node. */
export function podsOf(
  owner: KubernetesObject,
  nodes: readonly string[],
  images: Readonly<Record<string, string>> = {},
): KubernetesObject[] {
  const template = fieldsAt(owner, 'spec', 'template');
  const replace = (container: Fields): Fields => ({
    ...container,
    image: images[textAt(container, 'name')] ?? container['image'],
  });
  return nodes.map((nodeName, index) =>
    pod(`${owner.metadata.name}-${index}`, {
      namespace: owner.metadata.namespace ?? '',
      labels: textMapAt(template, 'metadata', 'labels'),
      spec: {
        ...fieldsAt(template, 'spec'),
        nodeName,
        initContainers: listAt(template, 'spec', 'initContainers').map(replace),
        containers: listAt(template, 'spec', 'containers').map(replace),
      },
    }),
  );
}

/** A pod that runs and is Ready. */
export function pod(
  name: string,
  { namespace = 'default', labels = {}, spec = {}, status = {} }: PodParts = {},
): KubernetesObject {
  return object(
    'v1',
    'Pod',
    { name, namespace, labels, creationTimestamp: '2026-01-01T00:00:00Z' },
    {
      spec: { containers: [], ...spec },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:09Z' }],
        ...status,
      },
    },
  );
}

interface PodParts {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Fields;
  readonly status?: Fields;
}

/** Upstream's objects as they would be in a cluster of these nodes: rolled out, with pods. */
export function rolledOut(
  objects: readonly KubernetesObject[],
  nodes: readonly string[],
): KubernetesObject[] {
  return objects.flatMap((item) => {
    if (item.kind !== 'DaemonSet' && item.kind !== 'Deployment') return [item];
    const on = item.kind === 'DaemonSet' ? nodes : nodes.slice(0, 1);
    const live = {
      ...item,
      metadata: { ...item.metadata, generation: 1 },
      status: statusOf(item.kind, on.length),
    };
    return [live, ...podsOf(live, on)];
  });
}

/** What every cluster has. */
export function cluster(nodes: readonly string[] = ['node-1', 'node-2']): KubernetesObject[] {
  return [
    object('v1', 'Namespace', { name: 'kube-system', uid: '0f9c1d5e-1111-4222-8333-444455556666' }),
    ...nodes.map((name) => node(name)),
  ];
}

/** calico-node of a manifest install, as small as it can be. */
export function calicoNode(version: string, parts: WorkloadParts = {}): KubernetesObject {
  return workload(
    'DaemonSet',
    'calico-node',
    { 'calico-node': `docker.io/calico/node:${version}` },
    { ...parts, env: { DATASTORE_TYPE: 'kubernetes', CALICO_NETWORKING_BACKEND: 'bird', ...parts.env } },
  );
}

/** The operator's Deployment. */
export function tigeraOperator(version: string, parts: WorkloadParts = {}): KubernetesObject {
  return workload(
    'Deployment',
    'tigera-operator',
    { 'tigera-operator': `quay.io/tigera/operator:${version}` },
    { namespace: 'tigera-operator', count: 1, ...parts },
  );
}

/** The Installation `default`. */
export function installation(spec: Fields = {}, status: Fields = {}): KubernetesObject {
  return object(
    'operator.tigera.io/v1',
    'Installation',
    { name: 'default', generation: 1 },
    { spec, status },
  );
}

/** calico-node as the operator makes it. */
export function operatorNode(version: string, parts: WorkloadParts = {}): KubernetesObject {
  return calicoNode(version, { namespace: 'calico-system', ...parts });
}
