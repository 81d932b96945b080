import type {
  ClusterClient,
  KubernetesObject,
  ListOptions,
  ListPage,
  ObjectKind,
  ServedKind,
} from '../src/ports/cluster-client.js';

/** How large a cluster to make up. */
export interface ClusterSize {
  readonly nodes: number;
  readonly podsPerNode: number;
  /** Objects of the group crd.projectcalico.org. */
  readonly calicoObjects: number;
}

/** A cluster that is made up page by page as it is read: it holds nothing in memory itself. */
export interface SyntheticCluster extends ClusterClient {
  readonly requests: () => number;
  /** Objects that were sent. */
  readonly sent: () => number;
}

type Make = (index: number) => KubernetesObject;
interface Kind {
  readonly count: number;
  readonly make: Make;
}

const CRD = 'crd.projectcalico.org/v1';

/** Nodes, their pods and Calico's objects, in the sizes that real ones have, and nothing else. */
export function createSyntheticCluster(size: ClusterSize): SyntheticCluster {
  let requests = 0;
  let sent = 0;
  const kinds = kindsOf(size);
  const served = [...kinds.keys()].map(servedKind);

  async function* list(
    { apiVersion, kind }: ObjectKind,
    options: ListOptions = {},
  ): AsyncGenerator<ListPage> {
    const known = kinds.get(`${apiVersion} ${kind}`);
    if (!known) return;
    const { pageSize = 500, labelSelector, fieldSelector, metadataOnly = false } = options;
    const isNone = labelSelector !== undefined || fieldSelector !== undefined;
    const count = isNone ? 0 : known.count;
    let start = 0;
    do {
      requests += 1;
      const end = Math.min(count, start + pageSize);
      sent += end - start;
      // Through text, as a page comes from a server
      const text = JSON.stringify(
        Array.from({ length: end - start }, (_, index) => known.make(start + index)),
      );
      const items = JSON.parse(text) as KubernetesObject[];
      const shown = metadataOnly ? items.map(({ metadata }) => ({ apiVersion, kind, metadata })) : items;
      yield { items: shown, resourceVersion: '1', isRestart: false, remaining: count - end };
      await new Promise((resolve) => setImmediate(resolve));
      start = end;
    } while (start < count);
  }

  const never = (): never => {
    throw new Error('inspect only reads');
  };
  return {
    server: 'https://synthetic.example',
    requests: () => requests,
    sent: () => sent,
    version: () => Promise.resolve({ gitVersion: 'v1.31.4', platform: 'linux/amd64' }),
    discover: () => Promise.resolve({ kinds: served, failedGroups: [] }),
    get: () => {
      requests += 1;
      return Promise.resolve(null);
    },
    list,
    read: never,
    watch: never,
    apply: never,
    create: never,
    replace: never,
    patch: never,
    delete: never,
    exec: never,
    logs: never,
    canI: never,
    canUser: never,
  };
}

function servedKind(key: string): ServedKind {
  const [apiVersion = '', kind = ''] = key.split(' ');
  return { apiVersion, kind, plural: `${kind.toLowerCase()}s`, isNamespaced: true, verbs: ['get', 'list'] };
}

/** Two fifths policies, a fifth network sets, the rest what IPAM and host endpoints come to. */
function kindsOf({ nodes, podsPerNode, calicoObjects }: ClusterSize): ReadonlyMap<string, Kind> {
  const share = (part: number): number => Math.floor(calicoObjects * part);
  return new Map<string, Kind>([
    ['v1 Namespace', { count: 1000, make: (index) => named('v1', 'Namespace', `team-${index}`) }],
    ['v1 Node', { count: nodes, make: makeNode }],
    ['v1 Pod', { count: nodes * podsPerNode, make: (index) => makePod(index, podsPerNode) }],
    ['v1 ConfigMap', { count: 0, make: (index) => named('v1', 'ConfigMap', `c-${index}`) }],
    ['apps/v1 DaemonSet', { count: 1, make: makeDaemonSet }],
    [`${CRD} NetworkPolicy`, { count: share(0.4), make: makePolicy }],
    [`${CRD} NetworkSet`, { count: share(0.2), make: makeSet }],
    [
      `${CRD} HostEndpoint`,
      { count: share(0.05), make: (index) => named(CRD, 'HostEndpoint', `h-${index}`) },
    ],
    [`${CRD} IPAMHandle`, { count: share(0.25), make: (index) => named(CRD, 'IPAMHandle', `i-${index}`) }],
    [`${CRD} IPAMBlock`, { count: share(0.1), make: (index) => named(CRD, 'IPAMBlock', `b-${index}`) }],
  ]);
}

function named(apiVersion: string, kind: string, name: string, rest: object = {}): KubernetesObject {
  const managedFields = Array.from({ length: 3 }, (_, index) => ({
    manager: `manager-${index}`,
    operation: 'Update' as const,
    fieldsV1: {
      'f:metadata': { 'f:labels': { 'f:app': {} } },
      'f:spec': { 'f:a': {}, 'f:b': {}, 'f:c': {} },
    },
  }));
  return { apiVersion, kind, metadata: { name, namespace: 'team-1', uid: name, managedFields }, ...rest };
}

function makeNode(index: number): KubernetesObject {
  const images = Array.from({ length: 50 }, (_, image) => ({
    names: [
      `registry.example.com/team/app-${image}@sha256:${'0'.repeat(64)}`,
      `registry.example.com/team/app-${image}:v1`,
    ],
    sizeBytes: 123_456_789,
  }));
  return named('v1', 'Node', `node-${index}`, {
    status: {
      allocatable: { cpu: '16', memory: '64Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1.31.4', operatingSystem: 'linux', architecture: 'amd64' },
      images,
    },
  });
}

function makeDaemonSet(): KubernetesObject {
  const object = named('apps/v1', 'DaemonSet', 'calico-node', {
    spec: {
      selector: { matchLabels: { 'k8s-app': 'calico-node' } },
      template: { spec: { containers: [nodeContainer()] } },
    },
  });
  return { ...object, metadata: { ...object.metadata, namespace: 'kube-system' } };
}

function nodeContainer(): object {
  return {
    name: 'calico-node',
    image: 'docker.io/calico/node:v3.28.2',
    env: [{ name: 'DATASTORE_TYPE', value: 'kubernetes' }],
    resources: { requests: { cpu: '250m' } },
  };
}

/** The first pod of every node is calico-node's. */
function makePod(index: number, podsPerNode: number): KubernetesObject {
  const isCalico = index % podsPerNode === 0;
  const env = Array.from({ length: 20 }, (_, variable) => ({
    name: `VARIABLE_${variable}`,
    value: 'x'.repeat(40),
  }));
  const app = {
    name: 'app',
    image: 'registry.example.com/team/app:v1',
    env,
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
  };
  const pod = named('v1', 'Pod', `pod-${index}`, {
    spec: {
      nodeName: `node-${Math.floor(index / podsPerNode)}`,
      containers: isCalico ? [nodeContainer()] : [app, { ...app, name: 'sidecar' }],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:09Z' }],
    },
  });
  const place = isCalico ? { namespace: 'kube-system', labels: { 'k8s-app': 'calico-node' } } : {};
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp: '2026-01-01T00:00:00Z', ...place } };
}

function makePolicy(index: number): KubernetesObject {
  const rule = {
    action: 'Allow',
    protocol: 'TCP',
    source: { selector: 'app == "a"' },
    destination: { ports: [80, 443] },
  };
  return named(CRD, 'NetworkPolicy', `default.policy-${index}`, {
    spec: {
      tier: 'default',
      selector: `app == "app-${index}"`,
      ingress: Array.from({ length: 8 }, () => rule),
      egress: [rule],
    },
  });
}

function makeSet(index: number): KubernetesObject {
  const nets = Array.from({ length: 60 }, (_, net) => `10.${index % 256}.${net}.0/24`);
  return named(CRD, 'NetworkSet', `set-${index}`, { spec: { nets } });
}
