import type { ClusterState } from '../../cluster/cluster-state.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import type { BundleKind } from './bundle-kinds.js';
import { kindAtPath, objectPath } from './bundle-path.js';
import { belongs, placesOf } from './install-scope.js';
import { kindsToSave } from './save-bundle.js';

/** How a bundle compares with the cluster that it is of, run-time state left out. */
export interface Comparison {
  /** Names of objects that were there before the bundle was begun, and are not in it. */
  readonly missing: readonly string[];
  /** Paths of objects of the bundle that are gone from the cluster since. */
  readonly gone: ReadonlySet<string>;
  /** {@link editionOf} the cluster's objects that the bundle has, by path. */
  readonly editions: ReadonlyMap<string, string>;
}

/** What the clocks of the API server and of this machine may differ by, and be no reason to doubt a bundle. */
const CLOCK_ALLOWANCE_MS = 60_000;
/** Whether these belong is told by more than their name. */
const TOLD_BY_CONTENT: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'APIService']);

/** Whether everything that users wrote, and the install, is in a bundle. Keeps names and versions, no objects. */
export async function compareBundle(
  client: ClusterClient,
  reader: BundleReader,
  state: ClusterState,
  { dataGroup, createdAt }: { readonly dataGroup: string; readonly createdAt: string },
): Promise<Comparison> {
  const paths = (await reader.entries()).map(({ path }) => path);
  const saved = new Set(paths);
  const editions = new Map<string, string>();
  const missing: string[] = [];
  const isOld = olderThan(createdAt);
  for await (const { path, item } of listObjects(client, state, dataGroup)) {
    if (saved.has(path)) editions.set(path, editionOf(item));
    else if (isOld(item)) missing.push(nameOf(referenceOf(item)));
  }
  const isGone = (path: string): boolean => !editions.has(path) && isCompared(kindAtPath(path));
  return { missing, gone: new Set(paths.filter(isGone)), editions };
}

function isCompared(kind: BundleKind | null): boolean {
  return kind !== null && kind.class !== 'state';
}

interface Seen {
  readonly path: string;
  readonly item: KubernetesObject;
}

async function* listObjects(
  client: ClusterClient,
  state: ClusterState,
  dataGroup: string,
): AsyncGenerator<Seen> {
  const kinds = (await kindsToSave(client, dataGroup)).filter(isCompared);
  for (const kind of kinds) {
    for (const place of placesOf(kind, state)) yield* await listKind(client, kind, place);
  }
}

/** The metadata of a kind's objects that belong into a bundle. */
async function listKind(
  client: ClusterClient,
  kind: BundleKind,
  namespace: string | null,
): Promise<readonly Seen[]> {
  let found: Seen[] = [];
  const metadataOnly = !TOLD_BY_CONTENT.has(kind.kind);
  for await (const { items, isRestart } of client.list(kind, { namespace, metadataOnly })) {
    if (isRestart) found = [];
    for (const item of items.filter((one) => belongs(kind, one))) {
      found.push({ path: objectPath(kind, referenceOf(item)), item: metadataOf(item) });
    }
  }
  return found;
}

function metadataOf({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, creationTimestamp, resourceVersion, generation } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, creationTimestamp, resourceVersion, generation },
  } as KubernetesObject;
}

/**
 * Tells one edition of an object from another: by its generation, which counts changes of what somebody wants, and
 * none of its status; by its resource version where it has none.
 */
export function editionOf({ metadata }: KubernetesObject): string {
  const { generation, resourceVersion = '' } = metadata;
  return generation === undefined ? resourceVersion : `generation ${generation}`;
}

/** Tells whether an object was surely there at that time, by the clock of the API server. */
export function olderThan(time: string): (object: KubernetesObject) => boolean {
  const allowed = Date.parse(time) - CLOCK_ALLOWANCE_MS;
  return ({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') < allowed;
}
