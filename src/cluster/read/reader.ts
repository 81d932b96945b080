import { ClusterError } from '../../errors.js';
import type {
  Access,
  ClusterClient,
  KubernetesObject,
  ListOptions,
  ObjectKind,
  ObjectReference,
} from '../../ports/cluster-client.js';
import type { Unreadable } from '../cluster-state.js';
import { type Accumulator, keepObjects } from '../interpret/accumulator.js';
import { groupOf } from '../object-name.js';
import { createGate } from './gate.js';

/** What is read, and what is not known where it cannot be. */
export interface Reading extends ObjectKind {
  /** `pods`: as RBAC names it. */
  readonly plural: string;
  /** Continues “Without it it is not known …”. */
  readonly hides: string;
}

/** Reads a cluster, never more requests at a time than its width; what cannot be read is noted, and is empty. */
export interface Reader {
  /** null where there is no such object, or it cannot be read. */
  readonly get: (
    reading: Reading,
    place: Pick<ObjectReference, 'namespace' | 'name'>,
  ) => Promise<KubernetesObject | null>;
  /** All objects of a kind. Only for kinds that are few. */
  readonly all: (reading: Reading, options?: ListOptions) => Promise<KubernetesObject[]>;
  /** Lets all objects of a kind pass by; `create` is called again where the list begins anew. */
  readonly through: <Result>(
    reading: Reading,
    create: () => Accumulator<Result>,
    options?: ListOptions,
  ) => Promise<Result>;
  /** Whether there is such an object, without reading what it holds; null where that may not be seen, which is no fault. */
  readonly exists: (
    reading: Reading,
    place: Pick<ObjectReference, 'namespace' | 'name'>,
  ) => Promise<boolean | null>;
  /** Whether a user may do something; null where that cannot be asked. */
  readonly mayUser: (reading: Reading, user: string, access: Access) => Promise<boolean | null>;
  /** How many objects of a kind there are, as cheaply as the server allows. */
  readonly count: (reading: Reading) => Promise<number>;
  /** Whether all that was read of a kind so far could be. */
  readonly isReadable: (plural: string) => boolean;
  readonly unreadable: () => readonly Unreadable[];
}

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** A reader of a cluster; `width` is how many requests run at a time. */
export function createReader(client: ClusterClient, width: number): Reader {
  const gate = createGate(width);
  const unreadable = new Map<string, Unreadable>();

  /** A server that is not there, or does not know us, ends the reading: half a cluster would be judged as a whole one. */
  async function attempt<T>(reading: Reading, fallback: () => T, task: () => Promise<T>): Promise<T> {
    try {
      return await gate(task);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status === null || error.status === UNAUTHORIZED)
        throw error;
      const group = groupOf(reading.apiVersion);
      const resource = group === '' ? reading.plural : `${reading.plural}.${group}`;
      const isForbidden = error.status === FORBIDDEN;
      unreadable.set(resource, { resource, reason: error.message, isForbidden, hides: reading.hides });
      return fallback();
    }
  }

  function through<Result>(
    reading: Reading,
    create: () => Accumulator<Result>,
    options: ListOptions = {},
  ): Promise<Result> {
    return attempt(
      reading,
      () => create().result(),
      () => pass(client, reading, create, options),
    );
  }

  return {
    get: (reading, { namespace, name }) =>
      attempt(
        reading,
        () => null,
        () => client.get({ apiVersion: reading.apiVersion, kind: reading.kind, namespace, name }),
      ),
    all: (reading, options) => through(reading, () => keepObjects((object) => object), options),
    through,
    exists: (reading, place) => gate(() => exists(client, reading, place)),
    mayUser: (reading, user, access) =>
      attempt<boolean | null>(
        reading,
        () => null,
        async () => (await client.canUser(user, access)).isAllowed,
      ),
    count: (reading) =>
      attempt(
        reading,
        () => 0,
        () => countObjects(client, reading),
      ),
    isReadable: (plural) => !unreadable.has(plural),
    unreadable: () => [...unreadable.values()].sort((a, b) => (a.resource < b.resource ? -1 : 1)),
  };
}

async function pass<Result>(
  client: ClusterClient,
  { apiVersion, kind }: Reading,
  create: () => Accumulator<Result>,
  options: ListOptions,
): Promise<Result> {
  let accumulator = create();
  for await (const page of client.list({ apiVersion, kind }, options)) {
    if (page.isRestart) accumulator = create();
    for (const object of page.items) accumulator.add(object);
  }
  return accumulator.result();
}

async function exists(
  client: ClusterClient,
  { apiVersion, kind }: Reading,
  { namespace, name }: Pick<ObjectReference, 'namespace' | 'name'>,
): Promise<boolean | null> {
  const options = { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: true };
  try {
    for await (const { items } of client.list({ apiVersion, kind }, options))
      if (items.length > 0) return true;
    return false;
  } catch (error) {
    if (error instanceof ClusterError && error.status === FORBIDDEN) return null;
    throw error;
  }
}

/** One small page says how many follow; where the server does not say, the names alone are read. */
async function countObjects(client: ClusterClient, reading: Reading): Promise<number> {
  const { apiVersion, kind } = reading;
  for await (const page of client.list({ apiVersion, kind }, { pageSize: 1, metadataOnly: true })) {
    if (page.remaining === null) break;
    return page.items.length + page.remaining;
  }
  let count = 0;
  for await (const page of client.list({ apiVersion, kind }, { metadataOnly: true })) {
    count = (page.isRestart ? 0 : count) + page.items.length;
  }
  return count;
}
