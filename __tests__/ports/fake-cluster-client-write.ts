import {
  differenceOf,
  type FieldSet,
  isEmpty,
  unionOf,
  withoutFields,
} from '../../src/adapters/kubernetes/field-set.js';
import { takeOverFields } from '../../src/adapters/kubernetes/managed-fields.js';
import type {
  ApplyOptions,
  KubernetesObject,
  ManagedFieldsEntry,
  ObjectMetadata,
} from '../../src/ports/cluster-client.js';
import {
  fieldsOf,
  intersectionOf,
  isSame,
  leavesOf,
  pathText,
  setOf,
  unionOfAll,
  valueAtPath,
} from './fake-cluster-client-fields.js';
import { mergeApplied } from './fake-cluster-client-merge.js';

const SERVER_METADATA = ['resourceVersion', 'uid', 'managedFields', 'creationTimestamp', 'generation'];

/** Fields that others manage with other values, and who they are. */
export interface FieldConflict {
  readonly isConflict: true;
  readonly managers: readonly string[];
  readonly fields: readonly string[];
}

/** What server-side apply makes of an object; a conflict where it may not. */
export function applied(
  live: KubernetesObject,
  object: KubernetesObject,
  options: ApplyOptions,
  time: string,
): { readonly isConflict: false; readonly object: KubernetesObject } | FieldConflict {
  const { fieldManager: manager } = options;
  const entries = live.metadata.managedFields ?? [];
  const start = takeOverFields(entries, options.takeOverFrom ?? [], manager) ?? entries;
  const ours = start.find((entry) => isApplyOf(entry, manager));
  const others = start.filter((entry) => entry !== ours);
  const fields = fieldsOf(object, 'Apply');
  const conflicts = conflictsWith(others, fields, live, object);
  if (conflicts.length > 0 && options.force !== true)
    return {
      isConflict: true,
      managers: [...new Set(conflicts.map(({ entry }) => entry.manager ?? ''))],
      fields: conflicts.map(({ path }) => pathText(path)),
    };
  const kept = others.map((entry) =>
    withFields(
      entry,
      differenceOf(
        setOfEntry(entry),
        unionOfAll(conflicts.filter((conflict) => conflict.entry === entry).map(({ path }) => setOf(path))),
      ),
    ),
  );
  const ownedByOthers = unionOfAll(kept.map(setOfEntry));
  const dropped = differenceOf(differenceOf(setOfEntry(ours), fields), ownedByOthers);
  const merged = mergeApplied(
    withoutFields(live, dropped, ownedByOthers),
    contentOf(object),
  ) as KubernetesObject;
  const entry: ManagedFieldsEntry = {
    ...entryOf(manager, 'Apply', object.apiVersion, fields),
    time: ours?.time ?? time,
  };
  return { isConflict: false, object: withEntries(merged, [...kept, entry]) };
}

/** The object after an update, with who changed what. */
export function updated(
  before: KubernetesObject | null,
  after: KubernetesObject,
  manager: string,
  time: string,
): KubernetesObject {
  const [was, is] = [before === null ? {} : fieldsOf(before, 'Update'), fieldsOf(after, 'Update')];
  const others = leavesOf(intersectionOf(is, was)).filter((path) => !isSameAt(before, after, path));
  const changed = unionOf(differenceOf(is, was), unionOfAll(others.map(setOf)));
  const gone = differenceOf(was, is);
  if (isEmpty(changed) && isEmpty(gone) && before !== null)
    return withEntries(after, before.metadata.managedFields ?? []);
  const entries = before?.metadata.managedFields ?? [];
  const ours = entries.find((entry) => entry.operation === 'Update' && entry.manager === manager);
  const kept = entries
    .filter((entry) => entry !== ours)
    .map((entry) => withFields(entry, differenceOf(setOfEntry(entry), unionOf(changed, gone))));
  const fields = unionOf(differenceOf(setOfEntry(ours), gone), changed);
  return withEntries(after, [...kept, { ...entryOf(manager, 'Update', after.apiVersion, fields), time }]);
}

interface Conflict {
  readonly entry: ManagedFieldsEntry;
  readonly path: readonly string[];
}

function conflictsWith(
  entries: readonly ManagedFieldsEntry[],
  fields: FieldSet,
  live: KubernetesObject,
  object: KubernetesObject,
): readonly Conflict[] {
  return entries.flatMap((entry) =>
    leavesOf(intersectionOf(fields, setOfEntry(entry)))
      .filter((path) => !isSameAt(live, object, path))
      .map((path) => ({ entry, path })),
  );
}

function isSameAt(one: unknown, other: unknown, path: readonly string[]): boolean {
  return isSame(valueAtPath(one, path), valueAtPath(other, path));
}

function isApplyOf(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && entry.operation === 'Apply';
}

function entryOf(
  manager: string,
  operation: 'Apply' | 'Update',
  apiVersion: string,
  fields: FieldSet,
): ManagedFieldsEntry {
  return { manager, operation, apiVersion, fieldsV1: fields };
}

function setOfEntry(entry: ManagedFieldsEntry | undefined): FieldSet {
  return (entry?.fieldsV1 ?? {}) as FieldSet;
}

function withFields(entry: ManagedFieldsEntry, fields: FieldSet): ManagedFieldsEntry {
  return { ...entry, fieldsV1: fields };
}

/** Who owns nothing is not named. */
function withEntries(object: KubernetesObject, entries: readonly ManagedFieldsEntry[]): KubernetesObject {
  const managedFields = entries.filter((entry) => !isEmpty(setOfEntry(entry)));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** What an apply says of an object, without what only the server writes. */
function contentOf(object: KubernetesObject): KubernetesObject {
  const metadata = Object.entries(object.metadata).filter(([name]) => !SERVER_METADATA.includes(name));
  const content = Object.entries(object).filter(([name]) => name !== 'status');
  return {
    ...(Object.fromEntries(content) as KubernetesObject),
    metadata: Object.fromEntries(metadata) as unknown as ObjectMetadata,
  };
}
