import { listAt, textAt, textsAt } from '../../src/cluster/fields.js';
import { HOST_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import { ClusterError } from '../../src/errors.js';
import { groupOf, referenceOf } from '../../src/cluster/object-name.js';
import { letsIn, type Packet } from './calico-verdict.js';
import type {
  Access,
  ClusterClient,
  KubernetesObject,
  ListOptions,
  ListPage,
  ObjectKind,
  ObjectReference,
  ServedKind,
  WatchEvent,
} from '../../src/ports/cluster-client.js';

/** One probe as a pod of the fake is asked it. */
export interface Asked {
  readonly from: KubernetesObject;
  /** `h 10.0.0.1 8080 0`, without the id. */
  readonly words: readonly string[];
  /** The pod at that address; null where it is a Service's, a name or nothing. */
  readonly to: KubernetesObject | null;
}

/** What a probe says; null where it is answered as it should be. */
export type Answer = (asked: Asked) => string | null;

/** A cluster in memory whose pods run at once, and whose probes are answered by the pod they are meant for. */
export interface FakeNetwork {
  readonly client: ClusterClient;
  readonly objects: () => readonly KubernetesObject[];
  readonly ofKind: (kind: string) => readonly KubernetesObject[];
  readonly execs: () => number;
  /** What goes wrong from now on. */
  play: Answer;
  /** Whether a pod runs; a text is why the server refuses it. */
  takes: (pod: KubernetesObject) => boolean | string;
  /** Whether a program of the node that this pod is on listens on the port that a pod is to have. */
  listens: (pod: KubernetesObject) => boolean;
  /** What an admission webhook makes of a pod; a text is why it refuses it. */
  injects: (pod: KubernetesObject) => KubernetesObject | string;
  /** Kinds of others that the server knows. */
  otherKinds: readonly ServedKind[];
  /** Kinds of Calico's that the server knows: `NetworkPolicy`. */
  calicoKinds: readonly string[];
  /** What this account may not do: `delete tiers`. */
  forbidden: readonly string[];
  /** The container of a pod that runs ends, and is not started again. */
  readonly die: (pod: KubernetesObject) => void;
}

/** Policies are obeyed: what they deny times out. */
export const OBEYS =
  (network: FakeNetwork): Answer =>
  ({ from, words, to }) => {
    const [calicos, denied] = byGroup(network.ofKind('NetworkPolicy'));
    const policies = [...calicos, ...network.ofKind('GlobalNetworkPolicy')];
    const packet = packetOf({ from, words, to });
    if (words[0] === 'p' && to !== null && !allowsRequest(calicos, to, words.slice(3))) return FORBIDDEN;
    if (packet !== null && !letsIn(packet, { policies, tiers: network.ofKind('Tier') })) return 'TIMEOUT';
    const isDenied = denied.some((policy) => {
      const isIngress = policy.metadata.name === 'ingress';
      const text = JSON.stringify(
        (policy['spec'] as Record<string, unknown>)[isIngress ? 'ingress' : 'egress'],
      );
      const subject = isIngress ? to : from;
      if (subject?.metadata.labels?.['calico-upgrade-action/role'] !== (isIngress ? 'target' : 'source'))
        return false;
      if (text === '[]' || text.includes('nobody') || text.includes('test-host')) return true;
      return words[0] === 'u' && text.includes('TCP');
    });
    return isDenied ? 'TIMEOUT' : null;
  };

/** What is said where an L7 rule does not allow a request. */
export const FORBIDDEN = 'HTTP/1.1 403 Forbidden';

/** Whether the L7 rules of a pod's namespace allow a request. */
function allowsRequest(
  policies: readonly KubernetesObject[],
  to: KubernetesObject,
  [method = '', path = '']: readonly string[],
): boolean {
  return policies
    .filter(({ metadata }) => metadata.namespace === to.metadata.namespace)
    .flatMap((policy) => listAt(policy, 'spec', 'ingress'))
    .every(
      (rule) =>
        textsAt(rule, 'http', 'methods').includes(method) &&
        listAt(rule, 'http', 'paths').some(({ exact }) => exact === path),
    );
}

export function packetOf({ from, words, to }: Asked): Packet | null {
  const sort =
    words[0] === 'u'
      ? ({ protocol: 'UDP', port: 8081 } as const)
      : ({ protocol: 'TCP', port: 8080 } as const);
  return to === null ? null : { from, to, ...sort };
}

/** Calico's, and Kubernetes'. */
export function byGroup(
  policies: readonly KubernetesObject[],
): readonly [readonly KubernetesObject[], readonly KubernetesObject[]] {
  const isCalicos = ({ apiVersion }: KubernetesObject): boolean => apiVersion.includes('projectcalico.org');
  return [policies.filter(isCalicos), policies.filter((one) => !isCalicos(one))];
}

/** The address of a node, by its place among all. */
export function addressOfNode(index: number): string {
  return `172.18.${index >> 8}.${index & 255}`;
}

export function createFakeNetwork(nodes: readonly string[] = []): FakeNetwork {
  const objects = new Map<string, KubernetesObject>();
  /** By node, the pod that has the port there. */
  const ports = new Map<string, string>();
  const watches = new Set<{ kind: string; namespace: string | null; tell: (event: WatchEvent) => void }>();
  const count = { addresses: 0, execs: 0, changes: 0 };
  const network = {
    play: () => null,
    takes: () => true,
    listens: () => false,
    injects: (pod: KubernetesObject) => pod,
    otherKinds: [],
    calicoKinds: Object.keys(CALICO_KINDS),
    forbidden: [],
  } as unknown as {
    -readonly [K in keyof FakeNetwork]: FakeNetwork[K];
  };
  const keyOf = ({ apiVersion, kind, namespace, name }: ObjectReference): string =>
    `${groupOf(apiVersion)} ${kind} ${namespace ?? ''}/${name}`;
  const keyOfObject = (object: KubernetesObject): string => keyOf(referenceOf(object));
  const known = {
    at: -1,
    kinds: new Map<string, readonly KubernetesObject[]>(),
    pods: new Map<string, KubernetesObject>(),
  };

  /** What was looked up is kept until something changes. */
  function look(): typeof known {
    if (known.at === count.changes) return known;
    const kinds = new Map<string, KubernetesObject[]>();
    for (const one of objects.values()) {
      const own = kinds.get(one.kind);
      if (own) own.push(one);
      else kinds.set(one.kind, [one]);
    }
    const pods = new Map((kinds.get('Pod') ?? []).map((one) => [addressOf(one), one]));
    return Object.assign(known, { at: count.changes, kinds, pods });
  }

  function ofKind(kind: string, namespace?: string | null): readonly KubernetesObject[] {
    const all = look().kinds.get(kind) ?? [];
    return namespace == null ? all : all.filter((one) => one.metadata.namespace === namespace);
  }

  function emit(type: 'added' | 'modified' | 'deleted', object: KubernetesObject): void {
    count.changes += 1;
    if (type === 'deleted') objects.delete(keyOfObject(object));
    else objects.set(keyOfObject(object), object);
    for (const { kind, namespace, tell } of watches) {
      if (kind === object.kind && (namespace === null || namespace === object.metadata.namespace))
        tell({ type, object });
    }
  }

  /** @throws ClusterError where a webhook refuses it */
  function inject(object: KubernetesObject): KubernetesObject {
    const injected = object.kind === 'Pod' ? network.injects(object) : object;
    if (typeof injected !== 'string') return injected;
    throw new ClusterError({ verb: 'create', resource: 'pods', status: 400 }, injected, 'Look.');
  }

  function create(sent: KubernetesObject): KubernetesObject {
    const object = inject(sent);
    const takes = object.kind === 'Pod' ? network.takes(object) : true;
    if (typeof takes === 'string') {
      throw new ClusterError({ verb: 'create', resource: 'pods', status: 403 }, takes, 'Allow it.');
    }
    count.addresses += 1;
    const address = `10.${count.addresses >> 16}.${(count.addresses >> 8) & 255}.${count.addresses & 255}`;
    const made = withStatus(object, address, takes);
    emit('added', made);
    if (object.kind !== 'Pod' || !isInHost(object)) return made;
    // Its server does not get the port that another one has
    if (objects.has(ports.get(nodeOf(object)) ?? '')) die(made);
    else ports.set(nodeOf(object), keyOfObject(made));
    return made;
  }

  function die(pod: KubernetesObject): void {
    const terminated = { reason: 'Error', exitCode: 1 };
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    const containerStatuses = [{ name: 'probe', state, lastState: { terminated } }];
    emit('modified', { ...pod, status: { ...(pod['status'] as object), containerStatuses } });
  }

  async function* watch(
    kind: ObjectKind,
    { namespace = null, signal }: { namespace?: string | null; signal?: AbortSignal } = {},
  ): AsyncGenerator<WatchEvent> {
    const queue: WatchEvent[] = [{ type: 'snapshot', objects: ofKind(kind.kind, namespace) }];
    const waker = { wake: (): void => undefined };
    const watching = {
      kind: kind.kind,
      namespace,
      tell: (event: WatchEvent) => {
        queue.push(event);
        waker.wake();
      },
    };
    watches.add(watching);
    const isOver = (): boolean => signal?.aborted === true;
    signal?.addEventListener('abort', () => waker.wake());
    while (!isOver()) {
      const next = queue.shift();
      if (next) yield next;
      else
        await new Promise<void>((resolve) => {
          waker.wake = resolve;
        });
    }
    watches.delete(watching);
  }

  async function* list(
    kind: ObjectKind,
    { namespace = null, labelSelector = '', fieldSelector = '' }: ListOptions = {},
  ): AsyncGenerator<ListPage> {
    const [label, value] = labelSelector.split('=');
    const node = /spec\.nodeName=(.*)$/.exec(fieldSelector)?.[1];
    const items = ofKind(kind.kind, namespace).filter(
      (one) =>
        groupOf(one.apiVersion) === groupOf(kind.apiVersion) &&
        (label === undefined || label === '' || one.metadata.labels?.[label] === value) &&
        (node === undefined || textAt(one, 'spec', 'nodeName') === node),
    );
    yield await Promise.resolve({ items, resourceVersion: '1', isRestart: false, remaining: 0 });
  }

  function remove(reference: ObjectReference): boolean {
    const found = objects.get(keyOf(reference));
    if (!found) return false;
    if (found.kind === 'Namespace') {
      for (const one of [...objects.values()])
        if (one.metadata.namespace === reference.name) emit('deleted', one);
    }
    emit('deleted', found);
    return true;
  }

  function exec(pod: string, namespace: string, command: readonly string[]): string {
    count.execs += 1;
    const from = objects.get(keyOf({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod }));
    if (!from)
      throw new ClusterError(
        { verb: 'exec', resource: pod, status: 404 },
        `pods "${pod}" not found`,
        'Look.',
      );
    if (!isRunning(from)) {
      const text = 'HTTP 500: unable to upgrade connection: container not found ("probe")';
      throw new ClusterError({ verb: 'exec', resource: pod, status: 500 }, text, 'Look.');
    }
    if (command[2]?.startsWith('grep') === true) return network.listens(from) ? 'it listens' : 'free';
    const byAddress = look().pods;
    const lines = (command[2] ?? '').split('\n').slice(1, -1);
    return lines
      .map((line) => {
        const [kind = '', id = '', ...words] = line.split(' ');
        const to = byAddress.get((words[0] ?? '').replace(/:\d+$/, '')) ?? null;
        const said = network.play({ from, words: [kind, ...words], to });
        if (said === FORBIDDEN) return `${id} 3 10 ${said}`;
        if (said !== null) return `${id} 1 3000 ${said}`;
        return `${id} 0 10 ${['h', 'p'].includes(kind) ? answerOf(words, from, to) : ''}`;
      })
      .join('\n');
  }

  /** Who stands behind an address: a Service's answer comes from the pod that its selector says. */
  function answerOf(
    [host = '', port]: readonly string[],
    from: KubernetesObject,
    to: KubernetesObject | null,
  ): string {
    if (to) return to.metadata.name;
    if (port === '28182') {
      const node = nodes.find((_, index) => addressOfNode(index) === host);
      const behind = ofKind('Pod', HOST_NAMESPACE).filter(
        (pod) => nodeOf(pod) === node && !isInHost(pod) && isRunning(pod),
      );
      return behind[0]?.metadata.name ?? '';
    }
    const service = ofKind('Service').find((one) => textAt(one, 'spec', 'clusterIP') === host);
    if (service?.metadata.name === 'local') return from.metadata.name;
    const selector = Object.entries(
      (service?.['spec'] as { selector?: Record<string, string> } | undefined)?.selector ?? {
        'calico-upgrade-action/role': 'target',
      },
    );
    return (
      ofKind('Pod').find((pod) => selector.every(([name, value]) => pod.metadata.labels?.[name] === value))
        ?.metadata.name ?? ''
    );
  }

  for (const name of nodes) emit('added', { apiVersion: 'v1', kind: 'Node', metadata: { name } });
  const client = {
    server: 'https://fake',
    get: (reference: ObjectReference) => Promise.resolve(objects.get(keyOf(reference)) ?? null),
    create: async (object: KubernetesObject, { dryRun = false }: { readonly dryRun?: boolean } = {}) =>
      Promise.resolve(dryRun ? inject(object) : create(object)),
    discover: () =>
      Promise.resolve({
        failedGroups: [],
        kinds: [...servedKinds(network.calicoKinds), ...network.otherKinds],
      }),
    canI: ({ verb, resource }: Access) =>
      Promise.resolve({ isAllowed: !network.forbidden.includes(`${verb} ${resource}`), reason: '' }),
    apply: (object: KubernetesObject, { dryRun = false }: { readonly dryRun?: boolean } = {}) => {
      if (dryRun) return Promise.resolve(object);
      const before = objects.get(keyOfObject(object));
      const merged = {
        ...before,
        ...object,
        spec: { ...(before?.['spec'] as object), ...(object['spec'] as object) },
      };
      emit('modified', merged);
      return Promise.resolve(merged);
    },
    replace: (object: KubernetesObject) => {
      emit('modified', object);
      return Promise.resolve(object);
    },
    delete: (reference: ObjectReference) => Promise.resolve(remove(reference)),
    exec: async ({
      pod,
      namespace,
      command,
    }: {
      pod: string;
      namespace: string;
      command: readonly string[];
    }) => Promise.resolve({ exitCode: 0, stderr: '', stdout: exec(pod, namespace, command) }),
    logs: () => Promise.resolve('all is well\n[WARNING][77] felix: dropping'),
    watch,
    list,
  } as unknown as ClusterClient;
  return Object.assign(network, {
    client,
    ofKind,
    objects: () => [...objects.values()],
    execs: () => count.execs,
    die,
  });
}

const CALICO_KINDS = {
  NetworkPolicy: 'networkpolicies',
  GlobalNetworkPolicy: 'globalnetworkpolicies',
  Tier: 'tiers',
} as const;

function servedKinds(names: readonly string[]): readonly ServedKind[] {
  return Object.entries(CALICO_KINDS)
    .filter(([kind]) => names.includes(kind))
    .map(([kind, plural]) => ({
      apiVersion: 'crd.projectcalico.org/v1',
      kind,
      plural,
      isNamespaced: kind === 'NetworkPolicy',
      verbs: ['list'],
    }));
}

function withStatus(object: KubernetesObject, address: string, isRunning: boolean): KubernetesObject {
  const spec = object['spec'] as { hostNetwork?: boolean; clusterIP?: string; ports?: object[] } | undefined;
  if (object.kind === 'Service' && spec) {
    const ports = (spec.ports ?? []).map((port, index) => ({ ...port, nodePort: 30_000 + index }));
    return { ...object, spec: { ...spec, clusterIP: spec.clusterIP ?? address, ports } };
  }
  if (object.kind !== 'Pod') return object;
  const state = isRunning
    ? { running: { startedAt: '2026-01-01T00:00:00Z' } }
    : { waiting: { reason: 'ContainerCreating' } };
  const status = {
    phase: isRunning ? 'Running' : 'Pending',
    podIP: isRunning ? address : '',
    podIPs: isRunning ? [{ ip: address }] : [],
    containerStatuses: [{ name: 'probe', state }],
  };
  return { ...object, status };
}

function isRunning(pod: KubernetesObject): boolean {
  const [status] = listAt(pod, 'status', 'containerStatuses');
  return textAt(status, 'state', 'running', 'startedAt') !== '';
}

function isInHost(pod: KubernetesObject): boolean {
  return (pod['spec'] as { hostNetwork?: boolean } | undefined)?.hostNetwork === true;
}

function nodeOf(pod: KubernetesObject): string {
  return textAt(pod, 'spec', 'nodeName');
}

function addressOf(pod: KubernetesObject): string {
  return textAt(pod, 'status', 'podIP');
}
