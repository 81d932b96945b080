import type { ManagedFieldsEntry } from '../../ports/cluster-client.js';
import { differenceOf, type FieldSet, unionOf } from './field-set.js';

/**
 * Makes the fields of other managers ours, as if we had applied them, so that our next apply removes what it no longer
 * names. Entries of a subresource stay; so do those of managers that are not named. Null where there is nothing to do.
 *
 * Of an entry of another API version than ours only the ownership goes: its fields may not exist in ours.
 *
 * @see https://github.com/kubernetes/client-go/blob/master/util/csaupgrade/upgrade.go
 */
export function takeOverFields(
  entries: readonly ManagedFieldsEntry[],
  from: readonly string[],
  manager: string,
): readonly ManagedFieldsEntry[] | null {
  const isTaken = (entry: ManagedFieldsEntry): boolean =>
    !isOurs(entry, manager) && isMainEntry(entry) && from.includes(entry.manager ?? '');
  const taken = entries.filter(isTaken);
  if (taken.length === 0) return null;
  const target = entries.find((entry) => isOurs(entry, manager)) ?? newest(taken);
  const fields = taken
    .filter((entry) => entry.apiVersion === target.apiVersion)
    .map((entry) => (entry.fieldsV1 ?? {}) as FieldSet)
    .reduce(unionOf, (target.fieldsV1 ?? {}) as FieldSet);
  const ours: ManagedFieldsEntry = { ...target, manager, operation: 'Apply', fieldsV1: fields };
  return [...entries.filter((entry) => entry !== target && !isTaken(entry)), ours];
}

function isOurs(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && entry.operation === 'Apply' && isMainEntry(entry);
}

function isMainEntry({ subresource }: ManagedFieldsEntry): boolean {
  return (subresource ?? '') === '';
}

function newest(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry {
  return entries.reduce((last, entry) => ((entry.time ?? '') > (last.time ?? '') ? entry : last));
}

/** Fields that an apply leaves without an owner, and those that have one. */
export interface FieldOwnership {
  readonly abandoned: FieldSet;
  readonly kept: FieldSet;
  /** The entries that stay. */
  readonly entries: readonly ManagedFieldsEntry[];
}

/**
 * What would be without an owner if the managers named let go of all: `applied` are the entries that an apply of ours
 * left.
 */
export function ownershipWithout(
  applied: readonly ManagedFieldsEntry[],
  from: readonly string[],
  manager: string,
): FieldOwnership {
  const version = applied.find((entry) => isOurs(entry, manager))?.apiVersion;
  const isTaken = (entry: ManagedFieldsEntry): boolean =>
    !isOurs(entry, manager) && isMainEntry(entry) && from.includes(entry.manager ?? '');
  const taken = applied.filter((entry) => isTaken(entry) && entry.apiVersion === version);
  const entries = applied.filter((entry) => !isTaken(entry));
  const kept = unionOfEntries(entries);
  return { abandoned: differenceOf(unionOfEntries(taken), kept), kept, entries };
}

function unionOfEntries(entries: readonly ManagedFieldsEntry[]): FieldSet {
  return entries.map((entry) => (entry.fieldsV1 ?? {}) as FieldSet).reduce(unionOf, {});
}
