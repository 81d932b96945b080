import type {
  ApplyOptions,
  KubernetesObject,
  ManagedFieldsEntry,
  WriteOptions,
} from '../../ports/cluster-client.js';
import { isEmpty, withoutFields } from './field-set.js';
import { type FieldOwnership, ownershipWithout, takeOverFields } from './managed-fields.js';
import { RequestFailure, statusOf } from './request-failure.js';
import { readObject, send, type Writing, writeQuery } from './write.js';

const MOST_CONFLICTS = 10;
const SERVER_METADATA = ['managedFields', 'generation', 'resourceVersion'];

/** Writes the ownership of fields anew; as often as somebody else writes in between. */
export async function takeOver(
  writing: Writing,
  path: string,
  from: readonly string[],
  options: WriteOptions,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const live = (await readObject(writing.requests, path))?.object;
    if (live === undefined) return;
    const entries = takeOverFields(live.metadata.managedFields ?? [], from, options.fieldManager);
    if (entries === null) return;
    try {
      const change = { op: 'replace', path: '/metadata/managedFields', value: entries };
      await patchAt(writing, path, live, [change], options);
    } catch (error) {
      if (statusOf(error) !== 409 || tries >= MOST_CONFLICTS) throw error;
    }
  }
}

/** An apply that takes fields over. */
type TakingOver = ApplyOptions & { readonly takeOverFrom: readonly string[] };

/**
 * What taking over and applying would make of an object. A dry run cannot build on another, so the apply is tried as it
 * stands; what that gives, without what it leaves without an owner, is then tried as a change of the object as it is, in
 * which the server sets defaults.
 */
export async function previewTakeOver(
  writing: Writing,
  path: string,
  options: TakingOver,
  apply: (force: boolean) => Promise<KubernetesObject>,
): Promise<KubernetesObject> {
  const { fieldManager, takeOverFrom } = options;
  for (let tries = 1; ; tries++) {
    const applied = await applyOver(options, apply);
    const ownership = ownershipWithout(applied.metadata.managedFields ?? [], takeOverFrom, fieldManager);
    if (isEmpty(ownership.abandoned)) return withEntries(applied, ownership.entries);
    const live = (await readObject(writing.requests, path))?.object;
    // Between both tries somebody else wrote.
    const isOther = live?.metadata.resourceVersion !== applied.metadata.resourceVersion;
    if (live === undefined || (isOther && tries < MOST_CONFLICTS)) continue;
    try {
      const tried = await patchAt(writing, path, live, changesTo(live, applied, ownership), options);
      // The second try is no apply, and would say so.
      return withEntries(tried, ownership.entries);
    } catch (error) {
      if (statusOf(error) !== 409 || tries >= MOST_CONFLICTS) throw error;
    }
  }
}

function withEntries(object: KubernetesObject, entries: readonly ManagedFieldsEntry[]): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}

/** Operations that make the object as it is what was applied, without the fields that nobody owns then. */
function changesTo(
  live: KubernetesObject,
  applied: KubernetesObject,
  { abandoned, kept }: FieldOwnership,
): readonly Readonly<Record<string, unknown>>[] {
  const wanted = withoutFields(applied, abandoned, kept) as KubernetesObject;
  return [
    ...replacements('', live, wanted, ['metadata', 'status']),
    ...replacements('/metadata', live.metadata, wanted.metadata, SERVER_METADATA),
  ];
}

/** With fields of the managers that are taken over there is no conflict. */
async function applyOver(
  { takeOverFrom, force = false }: TakingOver,
  apply: (force: boolean) => Promise<KubernetesObject>,
): Promise<KubernetesObject> {
  try {
    return await apply(force);
  } catch (error) {
    const causes = error instanceof RequestFailure ? (error.body?.details?.causes ?? []) : [];
    const isOurs =
      causes.length > 0 &&
      causes.every((cause) => takeOverFrom.includes(/"([^"]+)"/.exec(cause.message ?? '')?.[1] ?? ''));
    if (statusOf(error) !== 409 || !isOurs) throw error;
    return apply(true);
  }
}

/** Operations that make one object's members those of another. */
function replacements(
  path: string,
  before: object,
  after: object,
  except: readonly string[],
): readonly Readonly<Record<string, unknown>>[] {
  const [current, wanted] = [before, after] as Readonly<Record<string, unknown>>[];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter(
      (name) => !except.includes(name) && JSON.stringify(current?.[name]) !== JSON.stringify(wanted?.[name]),
    )
    .map((name) =>
      wanted?.[name] === undefined
        ? { op: 'remove', path: `${path}/${name}` }
        : { op: 'add', path: `${path}/${name}`, value: wanted[name] },
    );
}

/** A JSON patch of the very version that was read. Whether it was carried out shows when the object is read anew. */
function patchAt(
  writing: Writing,
  path: string,
  before: KubernetesObject,
  changes: readonly Readonly<Record<string, unknown>>[],
  options: WriteOptions,
): Promise<KubernetesObject> {
  // `replace` in place of `test`: another version is then a conflict (409), not an invalid patch.
  const pin = { op: 'replace', path: '/metadata/resourceVersion', value: before.metadata.resourceVersion };
  const request = {
    method: 'PATCH',
    path: `${path}?${writeQuery(writing, options)}`,
    contentType: 'application/json-patch+json',
    body: JSON.stringify([...changes, pin]),
  } as const;
  return send(writing, request, options, () => Promise.resolve({ done: before }));
}
