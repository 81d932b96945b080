import type { ApplyOptions, KubernetesObject, ObjectMetadata } from '../../ports/cluster-client.js';
import { previewTakeOver, takeOver } from './take-over.js';
import { objectPath } from './kinds.js';
import { readObject, send, type Writing, writeQuery } from './write.js';

/** Server-side apply, after the fields of earlier managers were made ours where that is asked for. */
export async function applyObject(
  writing: Writing,
  object: KubernetesObject,
  options: ApplyOptions,
): Promise<KubernetesObject> {
  const { namespace = null, name } = object.metadata;
  const path = objectPath(await writing.kinds.get(object), { namespace, name });
  const from = options.takeOverFrom ?? [];
  if (from.length === 0) return applyOnce(writing, path, object, options);
  if (options.dryRun === true)
    return previewTakeOver(writing, path, { ...options, takeOverFrom: from }, (force) =>
      applyOnce(writing, path, object, { ...options, force }),
    );
  await takeOver(writing, path, from, options);
  return applyOnce(writing, path, object, options);
}

function applyOnce(
  writing: Writing,
  path: string,
  object: KubernetesObject,
  options: ApplyOptions,
): Promise<KubernetesObject> {
  const metadata = withoutManagedFields(object.metadata);
  const force = options.force === true ? '&force=true' : '';
  return send(
    writing,
    {
      method: 'PATCH',
      path: `${path}?${writeQuery(writing, options)}${force}`,
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify({ ...object, metadata }),
    },
    options,
    async () => {
      // Applying the same once more changes nothing, so only a version that we were to build on has to be looked at.
      const live = (await readObject(writing.requests, path))?.object;
      const { resourceVersion } = metadata;
      const isSafe = resourceVersion === undefined || live?.metadata.resourceVersion === resourceVersion;
      return isSafe ? 'repeat' : 'unknown';
    },
  );
}

/** Ownership is what applying writes; it may not be sent along. */
function withoutManagedFields(metadata: ObjectMetadata): ObjectMetadata {
  const entries = Object.entries(metadata).filter(([field]) => field !== 'managedFields');
  return Object.fromEntries(entries) as unknown as ObjectMetadata;
}
