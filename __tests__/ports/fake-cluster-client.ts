import type {
  Access,
  ClusterClient,
  ExecOptions,
  ExecResult,
  KubernetesObject,
  ListOptions,
  ListPage,
  LogOptions,
  ObjectKind,
  ObjectReference,
  ServedKind,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../../src/ports/cluster-client.js';
import { isSameKind } from './fake-cluster-client-kinds.js';
import { isBound } from './fake-cluster-client-rbac.js';
import { metadataOf } from './fake-cluster-client-objects.js';
import { isSelected } from './fake-cluster-client-selectors.js';
import { FakeClusterState, givenUp } from './fake-cluster-client-state.js';
import { referenceOf, type StoredEvent } from './fake-cluster-client-store.js';

export { served } from './fake-cluster-client-kinds.js';
export { refusal } from './fake-cluster-client-state.js';

/** A call of a fake client, before it is carried out. */
export interface FakeCall {
  /** `get`, `list`, `watch`, `apply`, `create`, `replace`, `patch`, `delete`, `exec`, `logs`, `review`, `discover`. */
  readonly verb: string;
  /** The path where something is read that is no object; the resource of a review. */
  readonly kind: string;
  readonly namespace: string | null;
  /** Empty for a list or a watch. */
  readonly name: string;
  readonly isDryRun: boolean;
}

/** What a fake cluster is made of. */
export interface FakeClusterOptions {
  /** Objects that are there from the start. So are the namespaces `default` and `kube-system`. */
  readonly objects?: readonly KubernetesObject[];
  /** Kinds that it serves beside the usual ones ({@link served}). Those of CustomResourceDefinitions come by themselves. */
  readonly kinds?: readonly ServedKind[];
  readonly failedGroups?: readonly string[];
  readonly gitVersion?: string;
  /** What may be done; everything where nothing is said. Asked by `canI` alone: others may what is bound to them. */
  readonly isAllowed?: (access: Access) => boolean;
  readonly exec?: (options: ExecOptions) => ExecResult | Promise<ExecResult>;
  readonly logs?: (options: LogOptions) => string;
  /** Answers of paths that are no object's. */
  readonly paths?: Readonly<Record<string, string>>;
  /** Is told of every call first; what it throws is what the call throws ({@link refusal}). */
  readonly onCall?: (call: FakeCall) => void | Promise<void>;
  /** ISO time of the cluster's clock. */
  readonly now?: () => string;
}

/** A cluster in memory. Objects that it gives out are frozen. Nothing happens in it by itself: there are no controllers. */
export interface FakeClusterClient extends ClusterClient {
  readonly calls: readonly FakeCall[];
  /** All objects, in the order of their names. */
  readonly objects: () => readonly KubernetesObject[];
  /** Puts an object there as it is, status and all, as a controller would; who manages its fields stays as it was. */
  readonly set: (object: KubernetesObject) => KubernetesObject;
  /** Takes an object away, whatever its finalizers. */
  readonly remove: (reference: ObjectReference) => void;
  /** Lets watches lose events (410): each begins with a new snapshot. */
  readonly expireWatches: () => void;
  /** Lets lists that are under way begin anew with their next page. */
  readonly expireLists: () => void;
}

interface Fake {
  readonly state: FakeClusterState;
  readonly call: (
    verb: string,
    about: Partial<FakeCall>,
    options?: Pick<WriteOptions, 'dryRun' | 'signal'>,
  ) => Promise<void>;
  watchEpoch: number;
  listEpoch: number;
}

const DEFAULT_PAGE_SIZE = 500;

/** Makes a cluster with nothing in it but two namespaces and what it is given. */
export function createFakeClusterClient(options: FakeClusterOptions = {}): FakeClusterClient {
  const now = options.now ?? ((): string => new Date().toISOString().replace(/\.\d+/, ''));
  const state = new FakeClusterState(options.kinds ?? [], options.objects ?? [], now);
  const calls: FakeCall[] = [];
  const fake: Fake = {
    state,
    watchEpoch: 0,
    listEpoch: 0,
    async call(verb, { kind = '', namespace = null, name = '' }, { dryRun = false, signal } = {}) {
      if (signal?.aborted && !dryRun) throw givenUp(verb, name);
      const call = { verb, kind, namespace, name, isDryRun: dryRun };
      calls.push(call);
      await options.onCall?.(call);
    },
  };
  return { ...controls(fake, calls), ...reads(fake, options), ...writes(fake), ...pods(fake, options) };
}

function controls(fake: Fake, calls: readonly FakeCall[]): Omit<FakeClusterClient, keyof ClusterClient> {
  const { store } = fake.state;
  return {
    calls,
    objects: store.all,
    set: (object) => fake.state.set(object),
    remove: (reference) => fake.state.remove(reference),
    expireWatches() {
      fake.watchEpoch += 1;
      store.wake();
    },
    expireLists() {
      fake.listEpoch += 1;
    },
  };
}

type Reads = Pick<
  ClusterClient,
  'server' | 'version' | 'discover' | 'read' | 'get' | 'list' | 'watch' | 'canI' | 'canUser'
>;

function reads(fake: Fake, options: FakeClusterOptions): Reads {
  const { state, call } = fake;
  return {
    server: 'https://fake.example:6443',
    async version() {
      await call('get', { kind: '/version' });
      return { gitVersion: options.gitVersion ?? 'v1.34.4', platform: 'linux/amd64' };
    },
    async discover() {
      await call('discover', {});
      return { kinds: [...state.kinds], failedGroups: options.failedGroups ?? [] };
    },
    async read(path) {
      await call('get', { kind: path });
      return { '/readyz': 'ok', ...options.paths }[path] ?? null;
    },
    async get(reference) {
      await call('get', reference);
      return state.store.get(reference);
    },
    list: (kind, listOptions = {}) => list(fake, kind, listOptions),
    watch: (kind, watchOptions = {}) => watch(fake, kind, watchOptions),
    async canI(access) {
      await call('review', { kind: access.resource, namespace: access.namespace ?? null });
      return { isAllowed: options.isAllowed?.(access) ?? true, reason: '' };
    },
    async canUser(user, access) {
      await call('review', { kind: 'SubjectAccessReview', name: user });
      return { isAllowed: isBound(state.store.all(), user, access), reason: '' };
    },
  };
}

function writes({
  state,
  call,
}: Fake): Pick<ClusterClient, 'create' | 'replace' | 'patch' | 'apply' | 'delete'> {
  const about = (object: KubernetesObject): Partial<FakeCall> => referenceOf(object);
  return {
    async create(object, options) {
      await call('create', about(object), options);
      return state.create(object, options);
    },
    async replace(object, options) {
      await call('replace', about(object), options);
      return state.replace(object, options);
    },
    async patch(reference, patch, options) {
      await call('patch', reference, options);
      return state.patch(reference, patch, options);
    },
    async apply(object, options) {
      await call('apply', about(object), options);
      return state.apply(object, options);
    },
    async delete(reference, options = {}) {
      await call('delete', reference, options);
      return state.delete(reference, options);
    },
  };
}

function pods({ state, call }: Fake, options: FakeClusterOptions): Pick<ClusterClient, 'exec' | 'logs'> {
  return {
    async exec(asked) {
      await call('exec', { kind: 'Pod', namespace: asked.namespace, name: asked.pod });
      state.requirePod('exec', asked.namespace, asked.pod);
      return (await options.exec?.(asked)) ?? { exitCode: 0, stdout: '', stderr: '' };
    },
    async logs(asked) {
      await call('logs', { kind: 'Pod', namespace: asked.namespace, name: asked.pod });
      state.requirePod('logs', asked.namespace, asked.pod);
      return options.logs?.(asked) ?? '';
    },
  };
}

async function* list(fake: Fake, kind: ObjectKind, options: ListOptions): AsyncGenerator<ListPage> {
  await fake.call('list', { kind: kind.kind, namespace: options.namespace ?? null });
  if (!fake.state.serves(kind)) return;
  const size = options.pageSize ?? DEFAULT_PAGE_SIZE;
  const show = options.metadataOnly === true ? metadataOf : (object: KubernetesObject) => object;
  let isRestart = false;
  do {
    const epoch = fake.listEpoch;
    const all = fake.state.select(kind, options);
    const resourceVersion = fake.state.store.version();
    let start = 0;
    for (; start === 0 || (start < all.length && epoch === fake.listEpoch); start += size) {
      const remaining = Math.max(0, all.length - start - size);
      const items = all.slice(start, start + size).map(show);
      yield { items, resourceVersion, isRestart: isRestart && start === 0, remaining };
      options.signal?.throwIfAborted();
    }
    isRestart = start < all.length;
  } while (isRestart);
}

async function* watch(fake: Fake, kind: ObjectKind, options: WatchOptions): AsyncGenerator<WatchEvent> {
  const { state } = fake;
  const { signal } = options;
  await fake.call('watch', { kind: kind.kind, namespace: options.namespace ?? null });
  state.requireKind('watch', { ...kind, namespace: null, name: '' });
  // One of its own: a listener that is added twice to a signal is there once, and goes with the first watch that ends
  const wake = (): void => state.store.wake();
  signal?.addEventListener('abort', wake, { once: true });
  try {
    while (!isAborted(signal)) yield* watchUntilExpired(fake, kind, options);
  } finally {
    signal?.removeEventListener('abort', wake);
  }
}

async function* watchUntilExpired(
  fake: Fake,
  kind: ObjectKind,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const { store } = fake.state;
  const epoch = fake.watchEpoch;
  let position = store.events.length;
  yield { type: 'snapshot', objects: fake.state.select(kind, options) };
  while (!isAborted(options.signal) && epoch === fake.watchEpoch) {
    const event = store.events[position];
    if (event === undefined) {
      await store.changed();
      continue;
    }
    position += 1;
    const seen = seenAs(event, kind, options);
    if (seen !== null) yield seen;
  }
}

/** How a watch sees an event: an object that is no longer selected is gone for it. */
function seenAs(
  { object, before, type }: StoredEvent,
  kind: ObjectKind,
  options: WatchOptions,
): WatchEvent | null {
  if (!isSameKind(object, kind)) return null;
  const was = before !== null && isSelected(before, options);
  const is = type !== 'deleted' && isSelected(object, options);
  if (!was && !is) return null;
  if (!is) return { type: 'deleted', object };
  return { type: was ? 'modified' : 'added', object };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
