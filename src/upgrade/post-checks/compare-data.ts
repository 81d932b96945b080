import { canonicalText } from '../../cluster/fields.js';
import { readPool } from '../../cluster/interpret/configuration.js';
import { nameOf } from '../../cluster/object-name.js';
import { OWN_MANAGERS } from '../engine/own-managers.js';
import { fieldChanges } from '../plan/field-changes.js';
import type { FieldChange } from '../plan/object-change.js';
import { type Gone, lostData } from './lost-data.js';
import { isConfiguration, type KeptObject } from './user-data.js';
import { failure, few, NOTHING, together, type Verdict, warning } from './verdict.js';

type Data = ReadonlyMap<string, KeptObject>;

/** Calico itself writes defaults into these. */
const CALICO_WRITES: ReadonlySet<string> = new Set([
  'FelixConfiguration',
  'KubeControllersConfiguration',
  'IPAMConfig',
  'IPAMConfiguration',
]);

/**
 * Holds what users wrote to what it was before. Only what the upgrade may have done to it is a failure; what other writers
 * changed meanwhile is theirs, and is named. Pure.
 */
export function compareData(before: Data, after: Data, gone: Gone): Verdict {
  const changed = [...before].flatMap(([name, object]) => {
    const now = after.get(name);
    return now && now.digest !== object.digest ? [judgeChange(object, now)] : [];
  });
  return together([lostData(before, after, gone), few(together(changed)), newPools(before, after)]);
}

type Writer =
  /** Nobody wrote: the new definitions show it so. */
  | { readonly kind: 'definitions' }
  | { readonly kind: 'calico' | 'others' | 'unknown'; readonly names: string };

/** Who wrote an object since, as its managed fields say. */
function writerOf(before: KeptObject, after: KeptObject): Writer {
  if (before.resourceVersion !== '' && before.resourceVersion === after.resourceVersion) {
    return { kind: 'definitions' };
  }
  const since = [...after.writers].filter(([entry]) => !before.writers.has(entry)).map(([, name]) => name);
  const names = [...new Set(since)].sort().join(', ');
  if (since.length === 0) return { kind: 'unknown', names };
  return { kind: since.every((name) => OWN_MANAGERS.has(name)) ? 'calico' : 'others', names };
}

function judgeChange(before: KeptObject, after: KeptObject): Verdict {
  const name = nameOf(before.reference);
  const writer = writerOf(before, after);
  if (!isConfiguration(before.reference)) {
    if (writer.kind === 'definitions') return NOTHING;
    return warning(`${name} was changed meanwhile by ${whoOf(writer)}.`);
  }
  const changes = relevantChanges(before, after);
  if (changes.length === 0) return NOTHING;
  const what = `${name}: ${changes.map(show).join('; ')}`;
  if (writer.kind === 'others') return warning(`${what}. ${writer.names} changed it meanwhile.`);
  if (CALICO_WRITES.has(before.reference.kind) && writer.kind !== 'unknown') {
    return warning(`${what}. ${sentence(writer)}`);
  }
  return failure(`${what}. ${sentence(writer)} An upgrade changes none of it.`);
}

function whoOf(writer: Writer): string {
  return writer.kind === 'definitions' || writer.names === '' ? 'somebody who left no name' : writer.names;
}

function sentence(writer: Writer): string {
  if (writer.kind === 'definitions') return 'Nobody wrote it: the new definition shows it so.';
  if (writer.kind === 'unknown') return 'Nothing says who wrote it.';
  return `Calico itself wrote it (${writer.names}).`;
}

/** What is only added to an object is a default that a newer release fills in; of pools it may still mean something. */
function relevantChanges(before: KeptObject, after: KeptObject): readonly FieldChange[] {
  const changes = fieldChanges(objectOf(before), objectOf(after));
  const isOther =
    before.reference.kind === 'IPPool' &&
    canonicalText(readPool(objectOf(before))) !== canonicalText(readPool(objectOf(after)));
  return isOther ? changes : changes.filter(({ before: was }) => was !== undefined);
}

function objectOf({ reference: { apiVersion, kind, name }, spec }: KeptObject) {
  return { apiVersion, kind, metadata: { name }, spec };
}

function show({ field, before, after }: FieldChange): string {
  return `${field} was ${textOf(before)} and is ${textOf(after)}`;
}

function textOf(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

/** calico-node makes a pool of its own where it finds none. */
function newPools(before: Data, after: Data): Verdict {
  const isPool = ({ reference }: KeptObject): boolean => reference.kind === 'IPPool';
  const had = [...before.values()].some(isPool);
  const made = [...after].filter(([name, object]) => had && isPool(object) && !before.has(name));
  return together(
    made.map(([name, { writers }]) =>
      warning(
        `${name} was made meanwhile, by ${[...writers.values()].join(', ') || 'somebody who left no name'}.`,
      ),
    ),
  );
}
