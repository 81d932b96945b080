import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import { listAt, textAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import { ClusterError } from '../../errors.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { SecretBox } from '../../ports/secret-box.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectReference,
  ServedKind,
} from '../../ports/cluster-client.js';
import type { BundleIndex } from '../backup/bundle-index.js';
import { BUNDLE_KINDS, type BundleKind } from '../backup/bundle-kinds.js';
import { belongs, installNamespaces } from '../backup/install-scope.js';
import type { FieldWrite, MovedWorkload } from '../engine/step.js';
import { isWrittenSo } from '../engine/write-object.js';
import { readNodePods } from '../gates/node-pods.js';
import { inBatches } from '../plan/in-batches.js';
import { type JudgeContext, judgeLive, judgeSaved } from './judge-object.js';
import { planSecrets, type SecretsLook } from './plan-secrets.js';
import { openObjects } from './read-bundle.js';
import { isRendered, movedWorkload, OPERATOR_GROUP, ownersOf } from './rendered.js';
import type { ConflictChoice, RestoreItem } from './restore-item.js';
import { staleFinalizers } from './stale-finalizers.js';
import { staleStatuses } from './stale-statuses.js';

/** What the bundle and the cluster come to together. */
export interface Restoration {
  readonly index: BundleIndex;
  readonly state: ClusterState;
  readonly calico: CalicoState | null;
  readonly hasOperator: boolean;
  /** What is to be done, or could be; what is as it was is left out. */
  readonly items: readonly RestoreItem[];
  /** How many objects were compared. */
  readonly compared: number;
  /** Kinds of the bundle that the cluster does not serve and no definition of the bundle brings. */
  readonly notServed: readonly string[];
  /** Writes that the server refused when it was asked without writing. */
  readonly refused: readonly { readonly item: RestoreItem; readonly message: string }[];
  /** calico-node as the bundle has it, and which nodes have pods of it that are of another revision. */
  readonly node: NodeRestoration | null;
  /** Workloads that the operator has to bring back; none where no operator renders them. */
  readonly moved: readonly MovedWorkload[];
  /** What takes the finalizers of the newer operator off what the older one takes none off. */
  readonly finalizers: readonly FieldWrite[];
  readonly going: Going;
  readonly secrets: SecretsLook;
  /** Secrets in which Helm kept its releases, where they could be read. */
  readonly releases: readonly KubernetesObject[];
}

/**
 * Namespaces of the bundle that are under deletion, and registrations of APIs that do not answer: as long as there is one,
 * Kubernetes lets no namespace go, and what is to come back into one cannot.
 */
export interface Going {
  readonly namespaces: readonly ObjectReference[];
  readonly registrations: readonly KubernetesObject[];
}

export interface NodeRestoration {
  readonly saved: KubernetesObject;
  readonly live: KubernetesObject | null;
  /** Nodes that run calico-node. */
  readonly nodes: readonly string[];
  /** Whether any pod is of another revision than the DaemonSet's present one. */
  readonly hasStalePods: boolean;
}

export interface RestoreOptions {
  readonly choice: ConflictChoice;
  /** Opens the Secrets of the bundle; null where there is no key. */
  readonly box?: SecretBox | null;
  readonly onProgress: (text: string) => void;
}

const DATA_GROUPS: ReadonlySet<string> = new Set(['crd.projectcalico.org', 'projectcalico.org']);

/** Compares a verified bundle with a cluster, object by object. Writes nothing. */
export async function planRestore(
  client: ClusterClient,
  reader: BundleReader,
  index: BundleIndex,
  state: ClusterState,
  { choice, box = null, onProgress }: RestoreOptions,
): Promise<Restoration> {
  const { kinds: served } = await client.discover();
  const bundle = await openObjects(reader);
  const hasOperator = index.method !== 'manifest';
  const resources = new Set<string>();
  const context: JudgeContext = { createdAt: index.createdAt, hasOperator, choice, resources };
  const moved: MovedWorkload[] = [];
  const finalizers: FieldWrite[] = [];
  const namespaces: ObjectReference[] = [];
  const registrations: KubernetesObject[] = [];
  const items: RestoreItem[] = [];
  const notServed: string[] = [];
  const definitions = new Set<string>();
  let compared = 0;
  let node: NodeRestoration | null = null;
  for (const kind of inOrder(BUNDLE_KINDS)) {
    const isServed = served.some(isKind(kind));
    if (kind.class === 'state' || (!isServed && !bundle.kinds.has(kind))) continue;
    if (isOtherView(kind, index)) continue;
    onProgress(`comparing ${kind.plural}`);
    const saved = await bundle.read(kind);
    if (kind.kind === 'CustomResourceDefinition') {
      for (const { metadata } of saved) definitions.add(metadata.name);
    }
    if (!isServed && !definitions.has(`${kind.plural}.${groupOfKind(kind)}`)) {
      if (saved.length > 0) notServed.push(`${kind.kind} of ${kind.apiVersion}`);
      continue;
    }
    const all = isServed ? await readLive(client, kind, state) : new Map<string, KubernetesObject>();
    const live = new Map(all);
    registrations.push(...[...all.values()].filter(isRegistration));
    for (const object of saved) {
      if (groupOfKind(kind) === OPERATOR_GROUP) resources.add(nameOfResource(object));
      const workload = hasOperator ? movedWorkload(object) : null;
      if (workload) moved.push(workload);
      const there = live.get(keyOf(object)) ?? null;
      live.delete(keyOf(object));
      compared += 1;
      if (hasOperator && isGoing(there)) namespaces.push(referenceOf(object));
      if (hasOperator && there) finalizers.push(...staleFinalizers(object, there));
      if (isNodeWorkload(object, index)) node = await readNode(client, object, there);
      const item = judgeSaved(kind, object, there, context);
      if (item) items.push(item);
    }
    for (const object of live.values()) {
      const item = judgeLive(kind, object, context);
      if (item) items.push(item);
      if (item?.action === 'delete' && groupOfKind(kind) === OPERATOR_GROUP) {
        resources.add(nameOfResource(object));
      }
    }
  }
  if (hasOperator) items.push(...(await staleStatuses(client, bundle, items)));
  onProgress('comparing Secrets');
  const secrets = await planSecrets(client, reader, index, box);
  items.push(...secrets.items);
  onProgress('trying the changes without writing');
  const tried = await inBatches(items, (item) => tryItem(client, item));
  return {
    index,
    state,
    calico: state.calico,
    hasOperator,
    items: tried.flatMap(({ item }) => item ?? []),
    compared,
    notServed,
    refused: tried.flatMap(({ item, refusal }) => (item && refusal ? [{ item, message: refusal }] : [])),
    node,
    moved,
    finalizers,
    secrets: secrets.look,
    releases: secrets.releases,
    going: goingOf(namespaces, registrations),
  };
}

/** A namespace that the operator fills, under deletion. */
function isGoing(live: KubernetesObject | null): boolean {
  return live?.kind === 'Namespace' && isRendered(live) && live.metadata.deletionTimestamp !== undefined;
}

/** The operator's registration of an API. */
function isRegistration(live: KubernetesObject): boolean {
  return live.kind === 'APIService' && ownersOf(live).length > 0;
}

/** An API whose server lies in one of the namespaces answers no more in a moment, whatever its registration says yet. */
function goingOf(namespaces: readonly ObjectReference[], registrations: readonly KubernetesObject[]): Going {
  const names = new Set(namespaces.map(({ name }) => name));
  const isGone = (live: KubernetesObject): boolean => names.has(textAt(live, 'spec', 'service', 'namespace'));
  const ofSilent = registrations.filter((live) => isGone(live) || isSilent(live));
  return { namespaces, registrations: namespaces.length > 0 ? ofSilent : [] };
}

function isSilent(live: KubernetesObject): boolean {
  return !listAt(live, 'status', 'conditions').some(
    (condition) => condition['type'] === 'Available' && condition['status'] === 'True',
  );
}

/** As {@link ownersOf} names it. */
function nameOfResource({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

/** Definitions first: they say which kinds there will be. Then the operator's resources: what it rendered is theirs. */
function inOrder(kinds: readonly BundleKind[]): readonly BundleKind[] {
  const turnOf = (kind: BundleKind): number => {
    if (kind.kind === 'CustomResourceDefinition') return 0;
    return groupOfKind(kind) === OPERATOR_GROUP ? 1 : 2;
  };
  return [...kinds].sort((one, other) => turnOf(one) - turnOf(other));
}

function isKind({ apiVersion, kind }: BundleKind): (served: ServedKind) => boolean {
  return (served) =>
    served.apiVersion === apiVersion && served.kind === kind && served.verbs.includes('list');
}

/** Calico's API server shows the same objects in another group: they are written where they are stored. */
function isOtherView(kind: BundleKind, { dataGroup }: BundleIndex): boolean {
  const group = groupOfKind(kind);
  return DATA_GROUPS.has(group) && group !== dataGroup;
}

function groupOfKind({ apiVersion }: BundleKind): string {
  return apiVersion.split('/')[0] ?? '';
}

async function readLive(
  client: ClusterClient,
  kind: BundleKind,
  state: ClusterState,
): Promise<Map<string, KubernetesObject>> {
  const isInstall = kind.class === 'install';
  const namespaces = isInstall && kind.isNamespaced ? installNamespaces(state) : [null];
  const found: KubernetesObject[] = [];
  for (const namespace of namespaces) {
    found.push(...(await listWanted(client, kind, namespace, (one) => belongs(kind, one))));
  }
  return new Map(found.map((object) => [keyOf(object), object]));
}

async function listWanted(
  client: ClusterClient,
  kind: BundleKind,
  namespace: string | null,
  isWanted: (object: KubernetesObject) => boolean,
): Promise<readonly KubernetesObject[]> {
  let found: KubernetesObject[] = [];
  for await (const { items, isRestart } of client.list(kind, { namespace })) {
    if (isRestart) found = [];
    found.push(...items.filter(isWanted));
  }
  return found;
}

function isNodeWorkload({ kind, metadata }: KubernetesObject, { namespace }: BundleIndex): boolean {
  return kind === 'DaemonSet' && metadata.name === 'calico-node' && metadata.namespace === namespace;
}

async function readNode(
  client: ClusterClient,
  saved: KubernetesObject,
  live: KubernetesObject | null,
): Promise<NodeRestoration> {
  if (live === null) return { saved, live, nodes: [], hasStalePods: false };
  return { saved, live, ...(await readNodePods(client, live)) };
}

interface Tried {
  /** null where the server says that nothing would change: it sets by itself what differs. */
  readonly item: RestoreItem | null;
  readonly refusal: string | null;
}

/**
 * Asks the server what the bundle's object would come to in the place of the live one. Where that is the same, what
 * differs is nobody's doing: defaults of newer definitions, or of a newer server.
 */
async function tryItem(client: ClusterClient, item: RestoreItem): Promise<Tried> {
  const { action, saved, live } = item;
  if (saved === null || live === null) return { item, refusal: null };
  try {
    return { item: (await isWrittenSo(client, live, saved)) ? null : item, refusal: null };
  } catch (error) {
    // 409: written meanwhile, by its controller for one; the write itself begins anew then
    if (!(error instanceof ClusterError)) throw error;
    const isOfItem = error.status !== null && error.status !== 409 && error.status < 500;
    if (!isOfItem && error.status !== 409) throw error;
    const isRefused = isOfItem && error.status !== 403 && action === 'replace';
    return { item, refusal: isRefused ? error.message : null };
  }
}

function keyOf(object: KubernetesObject): string {
  return nameOf(referenceOf(object));
}
