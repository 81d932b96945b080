import type { ObjectKind, ObjectReference, ServedKind } from '../../ports/cluster-client.js';
import { RequestFailure, UNKNOWN_KIND } from './request-failure.js';
import type { Requests } from './requests.js';

/** Which kinds the server serves, learned as they are needed. */
export interface Kinds {
  /** Null where the server does not know the kind. CRDs come during an upgrade: an unknown kind is asked for again. */
  readonly find: (kind: ObjectKind) => Promise<ServedKind | null>;
  /** @throws RequestFailure with status 404 where the server does not know the kind */
  readonly get: (kind: ObjectKind) => Promise<ServedKind>;
}

/** An `APIResourceList`. */
export interface ResourceList {
  readonly groupVersion: string;
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** Asks one group and version at a time, and remembers what it was told. */
export function createKinds(requests: Requests): Kinds {
  const known = new Map<string, readonly ServedKind[]>();
  const find = async (kind: ObjectKind): Promise<ServedKind | null> => {
    const remembered = known.get(kind.apiVersion)?.find((served) => served.kind === kind.kind);
    if (remembered) return remembered;
    const kinds = await readGroupVersion(requests, kind.apiVersion);
    known.set(kind.apiVersion, kinds);
    return kinds.find((served) => served.kind === kind.kind) ?? null;
  };
  return {
    find,
    async get(kind) {
      const served = await find(kind);
      if (served) return served;
      throw new RequestFailure(`the server does not know the kind ${kind.kind} (${kind.apiVersion})`, {
        kind: 'refused',
        status: 404,
        code: UNKNOWN_KIND,
      });
    },
  };
}

async function readGroupVersion(requests: Requests, apiVersion: string): Promise<readonly ServedKind[]> {
  try {
    const path = groupVersionPath(apiVersion);
    return await requests.read({ method: 'GET', path }, ({ text }) =>
      servedKinds(JSON.parse(text) as ResourceList),
    );
  } catch (error) {
    if (error instanceof RequestFailure && error.status === 404) return [];
    throw error;
  }
}

/** The kinds of a resource list, subresources left out. */
export function servedKinds(list: ResourceList): readonly ServedKind[] {
  return (list.resources ?? [])
    .filter((resource) => !resource.name.includes('/'))
    .map((resource) => ({
      apiVersion: list.groupVersion,
      kind: resource.kind,
      plural: resource.name,
      isNamespaced: resource.namespaced,
      verbs: resource.verbs,
    }));
}

/** `/api/v1`, `/apis/apps/v1`. */
export function groupVersionPath(apiVersion: string): string {
  const isCore = !apiVersion.includes('/');
  return isCore ? `/api/${encodeURIComponent(apiVersion)}` : `/apis/${escapePath(apiVersion)}`;
}

/** The path of all objects of a kind, or of those of a namespace. */
export function collectionPath(kind: ServedKind, namespace: string | null): string {
  const place =
    namespace === null || !kind.isNamespaced ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupVersionPath(kind.apiVersion)}${place}/${kind.plural}`;
}

/** The path of one object. */
export function objectPath(kind: ServedKind, reference: Pick<ObjectReference, 'namespace' | 'name'>): string {
  return `${collectionPath(kind, reference.namespace)}/${encodeURIComponent(reference.name)}`;
}

/** As a message names it: `DaemonSet kube-system/calico-node`, `Node node-1`. */
export function nameOf(reference: ObjectReference): string {
  const place = reference.namespace === null ? '' : `${reference.namespace}/`;
  return `${reference.kind} ${place}${reference.name}`;
}

/** As a message names all objects of a kind. */
export function nameOfAll(kind: ObjectKind, namespace: string | null | undefined): string {
  return `all ${kind.kind} objects${namespace ? ` of the namespace ${namespace}` : ''}`;
}

function escapePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
