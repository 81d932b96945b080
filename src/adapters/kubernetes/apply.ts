import type { ApplyOptions, KubernetesObject, ObjectMetadata } from '../../ports/cluster-client.js';
import { objectPath } from './kinds.js';
import { takeOverFields } from './managed-fields.js';
import { statusOf } from './request-failure.js';
import { readObject, send, type Writing, writeQuery } from './write.js';

const MOST_CONFLICTS = 10;

/** Server-side apply, after the fields of earlier managers were made ours where that is asked for. */
export async function applyObject(
  writing: Writing,
  object: KubernetesObject,
  options: ApplyOptions,
): Promise<KubernetesObject> {
  const kind = await writing.kinds.get(object);
  const metadata = withoutManagedFields(object.metadata);
  const path = objectPath(kind, { namespace: metadata.namespace ?? null, name: metadata.name });
  const from = options.takeOverFrom ?? [];
  if (from.length > 0 && options.dryRun !== true) await takeOver(writing, path, from, options);
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

/** Writes the ownership of fields anew; as often as somebody else writes in between. */
async function takeOver(
  writing: Writing,
  path: string,
  from: readonly string[],
  options: ApplyOptions,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const live = (await readObject(writing.requests, path))?.object;
    if (live === undefined) return;
    const entries = takeOverFields(live.metadata.managedFields ?? [], from, options.fieldManager);
    if (entries === null) return;
    try {
      await send(
        writing,
        {
          method: 'PATCH',
          path: `${path}?${writeQuery(writing, options)}`,
          contentType: 'application/json-patch+json',
          // `replace` in place of `test`: another version is then a conflict (409), not an invalid patch.
          body: JSON.stringify([
            { op: 'replace', path: '/metadata/managedFields', value: entries },
            { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
          ]),
        },
        options,
        // Whether it was carried out shows when the object is read anew.
        () => Promise.resolve({ done: live }),
      );
    } catch (error) {
      if (statusOf(error) !== 409 || tries >= MOST_CONFLICTS) throw error;
    }
  }
}
