import type {
  DeleteOptions,
  KubernetesObject,
  ObjectReference,
  Patch,
  WriteOptions,
} from '../../ports/cluster-client.js';
import { holdsContent, isPatchInEffect, isSameContent, judgeJsonPatch } from './compare.js';
import { collectionPath, type Kinds, objectPath } from './kinds.js';
import { RequestFailure, statusOf } from './request-failure.js';
import type { LookUp, Requests } from './requests.js';
import type { ApiAnswer, ApiRequest } from './transport.js';

/** What writing needs. */
export interface Writing {
  readonly requests: Requests;
  readonly kinds: Kinds;
  /** How long the server may work on a write; it drops what takes longer, so that nothing happens late. */
  readonly timeoutSeconds: number;
}

/** An object as it was read, and the server's clock then. */
interface Sight {
  readonly object: KubernetesObject;
  readonly date: number | null;
}

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const;

/** Times of the API have whole seconds. */
const SECOND_MS = 1000;
const MOST_REPLACEMENTS = 5;

/** The object at a path; null where there is none. */
export async function readObject(requests: Requests, path: string): Promise<Sight | null> {
  try {
    return await requests.read({ method: 'GET', path }, (answer) => ({
      object: parseObject(answer),
      date: answer.date,
    }));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** Makes an object. Where the outcome is unknown, one that holds what we sent, made by us since then, is ours. */
export async function createObject(
  writing: Writing,
  object: KubernetesObject,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const kind = await writing.kinds.get(object);
  const namespace = object.metadata.namespace ?? null;
  const request: ApiRequest = {
    method: 'POST',
    path: `${collectionPath(kind, namespace)}?${writeQuery(writing, options)}`,
    body: JSON.stringify(object),
  };
  const path = objectPath(kind, { namespace, name: object.metadata.name });
  return send(writing, request, options, async (sinceMs) => {
    const seen = await readObject(writing.requests, path);
    const isOurs =
      seen !== null &&
      holdsContent(seen.object, object) &&
      isManagedBy(seen.object, options.fieldManager) &&
      isMadeSince(seen, sinceMs);
    return isOurs ? { done: seen.object } : 'repeat';
  });
}

/** Writes a whole object. */
export async function replaceObject(
  writing: Writing,
  object: KubernetesObject,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const kind = await writing.kinds.get(object);
  const path = objectPath(kind, { namespace: object.metadata.namespace ?? null, name: object.metadata.name });
  const request: ApiRequest = {
    method: 'PUT',
    path: `${path}?${writeQuery(writing, options)}`,
    body: JSON.stringify(object),
  };
  return send(writing, request, options, async () => {
    const live = (await readObject(writing.requests, path))?.object;
    if (live && isSameContent(live, object)) return { done: live };
    return isUnchanged(live, object.metadata.resourceVersion) ? 'repeat' : 'unknown';
  });
}

/** Changes an object by a patch. */
export async function patchObject(
  writing: Writing,
  reference: ObjectReference,
  patch: Patch,
  options: WriteOptions & { readonly subresource?: string },
): Promise<KubernetesObject> {
  const kind = await writing.kinds.get(reference);
  const below = options.subresource === undefined ? '' : `/${encodeURIComponent(options.subresource)}`;
  const path = `${objectPath(kind, reference)}${below}`;
  const request: ApiRequest = {
    method: 'PATCH',
    path: `${path}?${writeQuery(writing, options)}`,
    contentType: PATCH_TYPES[patch.type],
    body: JSON.stringify(patch.body),
  };
  return send(writing, request, options, async () => {
    const live = (await readObject(writing.requests, path))?.object;
    return live === undefined ? 'repeat' : judgePatch(live, patch);
  });
}

function judgePatch(live: KubernetesObject, patch: Patch): LookUp<KubernetesObject> {
  if (patch.type === 'json') {
    const verdict = judgeJsonPatch(live, patch.body);
    if (verdict === 'in-effect') return { done: live };
    return verdict === 'repeatable' ? 'repeat' : 'unknown';
  }
  const { metadata, ...rest } = patch.body as { metadata?: Record<string, unknown> };
  const { resourceVersion, ...others } = metadata ?? {};
  if (isPatchInEffect(live, { ...rest, metadata: others })) return { done: live };
  return isUnchanged(live, resourceVersion) ? 'repeat' : 'unknown';
}

/** Whether there was something to delete. What is deleted is the very object that was there at first. */
export async function deleteObject(
  writing: Writing,
  reference: ObjectReference,
  options: DeleteOptions,
): Promise<boolean> {
  const kind = await writing.kinds.find(reference);
  if (kind === null) return false;
  const path = objectPath(kind, reference);
  for (let tries = 1; ; tries++) {
    const uid = options.uid ?? (await readObject(writing.requests, path))?.object.metadata.uid;
    if (uid === undefined) return false;
    try {
      return await deleteOne(writing, path, { ...options, uid });
    } catch (error) {
      // Another object of the same name has come between reading and deleting.
      const isReplaced =
        statusOf(error) === 409 && options.uid === undefined && options.resourceVersion === undefined;
      if (!isReplaced || tries >= MOST_REPLACEMENTS) throw error;
    }
  }
}

async function deleteOne(
  writing: Writing,
  path: string,
  options: DeleteOptions & { readonly uid: string },
): Promise<boolean> {
  const { uid, resourceVersion, gracePeriodSeconds, propagation, dryRun, signal } = options;
  const sending = { dryRun: dryRun === true, parse: () => true, ...(signal ? { signal } : {}) };
  const request: ApiRequest = {
    method: 'DELETE',
    path: `${path}?timeout=${writing.timeoutSeconds}s`,
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
      ...(dryRun === true ? { dryRun: ['All'] } : {}),
    }),
  };
  try {
    return await send(writing, request, sending, async () => {
      const live = (await readObject(writing.requests, path))?.object.metadata;
      const isGone = live?.uid !== uid || live.deletionTimestamp !== undefined;
      return isGone ? { done: true } : 'repeat';
    });
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** Sends a write; a dry run writes nothing and may be repeated like a read. */
export async function send<T = KubernetesObject>(
  { requests }: Writing,
  request: ApiRequest,
  options: Pick<WriteOptions, 'dryRun' | 'signal'> & { readonly parse?: (answer: ApiAnswer) => T },
  lookUp: (sinceMs: number) => Promise<LookUp<T>>,
): Promise<T> {
  const parse = options.parse ?? (parseObject as (answer: ApiAnswer) => T);
  if (options.dryRun === true) return requests.read(request, parse);
  const { signal } = options;
  return requests.write({
    attempt: () => requests.sendOnce(request, parse),
    lookUp,
    ...(signal ? { signal } : {}),
  });
}

/** The query of a write. */
export function writeQuery({ timeoutSeconds }: Writing, options: WriteOptions): string {
  const query = new URLSearchParams({ fieldManager: options.fieldManager, timeout: `${timeoutSeconds}s` });
  if (options.dryRun === true) query.set('dryRun', 'All');
  return query.toString();
}

function parseObject({ text }: ApiAnswer): KubernetesObject {
  return JSON.parse(text) as KubernetesObject;
}

/** Whether nothing was written since a version was read; true where none was named. */
function isUnchanged(live: KubernetesObject | undefined, resourceVersion: unknown): boolean {
  return (
    live === undefined || resourceVersion === undefined || live.metadata.resourceVersion === resourceVersion
  );
}

function isManagedBy({ metadata }: KubernetesObject, manager: string): boolean {
  return (metadata.managedFields ?? []).some((entry) => entry.manager === manager);
}

/** By the server's clock alone. */
function isMadeSince({ object, date }: Sight, sinceMs: number): boolean {
  if (date === null) return true;
  return Date.parse(object.metadata.creationTimestamp ?? '') >= date - sinceMs - 2 * SECOND_MS;
}

/** What a write throws where the object that it needs is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof RequestFailure && error.status === 404;
}
