import { asFields, canonicalText, fieldsAt, valueAt } from '../../cluster/fields.js';
import { nameOf } from '../../cluster/object-name.js';
import { ClusterError, EnvironmentError } from '../../errors.js';
import type { ClusterClient, KubernetesObject, WriteOptions } from '../../ports/cluster-client.js';
import { writable } from '../backup/writable-object.js';
import { FIELD_MANAGER } from '../plan/try-changes.js';
import { onlyOwnWrote } from './own-managers.js';
import { sameContent } from './same-content.js';
import type { FieldWrite, ObjectWrite, Write } from './step.js';
import { withField } from './with-field.js';

/** Controllers write status and annotations all the time; so often is a write begun anew. */
const MOST_TRIES = 10;
/** Where it is not known whether a write was carried out, looking again tells; a server that is away stays away. */
const MOST_LOOKS = 3;

/**
 * Carries out a write. What is as wanted already is left alone, so that it can be done again; an object that is neither
 * as it was read nor as wanted was changed by somebody else meanwhile, and is not overwritten.
 *
 * @param signal once it is aborted no write is tried any more
 * @returns whether anything was written
 * @throws EnvironmentError where somebody else changed the object, ClusterError where the server refuses
 */
export async function writeObject(
  client: ClusterClient,
  write: Write,
  signal?: AbortSignal,
): Promise<boolean> {
  const options: WriteOptions = { fieldManager: FIELD_MANAGER, ...(signal ? { signal } : {}) };
  for (let tries = 1; ; tries += 1) {
    try {
      return await (write.kind === 'field'
        ? writeField(client, write, options)
        : writeWhole(client, write, options));
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      const isOpen = error.status === null || error.isOutcomeUnknown;
      const most = error.status === 409 ? MOST_TRIES : isOpen ? MOST_LOOKS : 0;
      if (tries >= most || signal?.aborted) throw error;
    }
  }
}

async function writeWhole(
  client: ClusterClient,
  { object, before, after }: ObjectWrite,
  options: WriteOptions,
): Promise<boolean> {
  const live = await client.get(object);
  if (after === null) {
    if (live === null) return false;
    await requireAsRead(client, live, before);
    const { uid } = live.metadata;
    const exactly = uid === undefined ? {} : { uid };
    const { signal } = options;
    return client.delete(object, { propagation: 'Background', ...exactly, ...(signal ? { signal } : {}) });
  }
  if (live === null) {
    await client.create(writable(after), options);
    return true;
  }
  if (live.metadata.deletionTimestamp !== undefined) throw underDeletion(object);
  if (sameContent(live, after)) return false;
  if (before === null || !sameContent(live, before)) {
    if (await isWrittenSo(client, live, after)) return false;
    await requireAsRead(client, live, before);
  }
  await client.replace(inPlaceOf(after, live), options);
  return true;
}

/** Whether an object is what the server itself would make of one that is written in its place. */
export async function isWrittenSo(
  client: ClusterClient,
  live: KubernetesObject,
  object: KubernetesObject,
): Promise<boolean> {
  return sameContent(
    live,
    await client.replace(inPlaceOf(object, live), { fieldManager: FIELD_MANAGER, dryRun: true }),
  );
}

/**
 * What Calico's own programs wrote meanwhile (the operator its defaults, calico-node its own) is no reason to stop.
 *
 * @throws EnvironmentError where an object is not what was read, as the server itself would write that
 */
async function requireAsRead(
  client: ClusterClient,
  live: KubernetesObject,
  before: KubernetesObject | null,
): Promise<void> {
  if (before !== null && sameContent(live, before)) return;
  if (before !== null) {
    if (onlyOwnWrote(before, live) || (await isWrittenSo(client, live, before))) return;
  }
  const { apiVersion, kind, metadata } = live;
  throw changedMeanwhile({ apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name });
}

async function writeField(
  client: ClusterClient,
  { object, field, after }: FieldWrite,
  options: WriteOptions,
): Promise<boolean> {
  const live = await client.get(object);
  if (live === null) throw gone(object);
  if (canonicalText(valueAt(live, ...field)) === canonicalText(after)) return false;
  const changed = withField(live, field, after);
  await client.replace({ ...changed, metadata: inPlaceOf(changed, changed).metadata }, options);
  return true;
}

/** What stays as it is there when an object is written anew: identity, and what the cluster gave it. */
export function inPlaceOf(after: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const wanted = writable(after);
  const { uid, resourceVersion, ownerReferences, finalizers } = live.metadata;
  return {
    ...wanted,
    ...(live.kind === 'Namespace' ? { spec: live['spec'] } : {}),
    ...(live.kind === 'Service' && live.apiVersion === 'v1' ? { spec: serviceSpec(wanted, live) } : {}),
    metadata: {
      ...wanted.metadata,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
      ...(finalizers === undefined ? {} : { finalizers }),
    },
  };
}

/** Addresses are given once and for all. */
function serviceSpec(wanted: KubernetesObject, live: KubernetesObject): unknown {
  const given = fieldsAt(live, 'spec');
  const kept = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'].filter((name) => given[name] !== undefined);
  return { ...asFields(wanted['spec']), ...Object.fromEntries(kept.map((name) => [name, given[name]])) };
}

function changedMeanwhile(object: Write['object']): EnvironmentError {
  return new EnvironmentError(
    `${nameOf(object)} was changed by somebody else since it was read, and is left as it is.`,
    'Find out who writes it, and run again: the run goes on from here.',
  );
}

function underDeletion(object: Write['object']): EnvironmentError {
  return new EnvironmentError(
    `${nameOf(object)} is under deletion, held by its finalizers.`,
    'Let the deletion end, and run again: the object is made anew then.',
  );
}

function gone(object: Write['object']): EnvironmentError {
  return new EnvironmentError(
    `${nameOf(object)} is not there any more.`,
    'Find out who deleted it, and run again.',
  );
}
