import type { KubernetesObject, ManagedFieldsEntry } from '../../ports/cluster-client.js';
import { joinElement, joinField, joinItem } from './field-path.js';
import { asList, asFields, canonicalText, isFields } from '../../cluster/fields.js';

/** A field that somebody set, and what stands there. */
export interface OwnedField {
  readonly path: string;
  readonly value: unknown;
}

/** Calico's own programs: what they write is no word of the user's. */
const PROGRAMS = new Set([
  'operator',
  'tigera-operator',
  'calico-node',
  'kube-controllers',
  'calico-kube-controllers',
  'calico-typha',
  'calico-operator',
]);

/**
 * The fields of an object's spec that somebody else than Calico's own programs set, by the API server's record. Null
 * where there is no record: then nothing tells the user's words from what was filled in.
 */
export function fieldsSetByUsers(object: KubernetesObject): OwnedField[] | null {
  const entries = object.metadata.managedFields ?? [];
  if (entries.length === 0) return null;
  const ownedBy = (isWanted: (manager: string) => boolean): Map<string, unknown> =>
    new Map(
      entries
        .filter(({ manager = '', subresource = '' }) => subresource === '' && isWanted(manager))
        .flatMap(({ fieldsV1 }) => [...ownedFields(asFields(fieldsV1)?.['f:spec'], object['spec'], 'spec')])
        .map(({ path, value }) => [path, value]),
    );
  const all = [...ownedBy(() => true).keys()];
  return [...ownedBy((manager) => !PROGRAMS.has(manager))]
    .filter(([path, value]) => !isFields(value) || !all.some((other) => other.startsWith(`${path}.`)))
    .map(([path, value]) => ({ path, value }));
}

/** The fields of an object that an entry of the API server's record says to be its manager's, and what stands there. */
export function fieldsOwnedBy({ fieldsV1 }: ManagedFieldsEntry, object: KubernetesObject): OwnedField[] {
  return [...ownedFields(fieldsV1, object, '')];
}

/**
 * Follows a record of owned fields (`f:name`, `k:{…}`, `v:…`) through the value that it is about. `.` says that a map is
 * somebody's, and nothing of what is in it; alone it is left out, and such a map looks like one that is owned as a whole.
 */
function* ownedFields(record: unknown, value: unknown, path: string): Generator<OwnedField> {
  const parts = Object.entries(asFields(record) ?? {});
  if (value === undefined) return;
  if (parts.length === 0) yield { path, value };
  for (const [name, inner] of parts) {
    const part = partOf(name, value, path);
    if (part) yield* ownedFields(inner, part.value, part.path);
  }
}

function partOf(name: string, value: unknown, path: string): OwnedField | null {
  const [kind, text] = [name.slice(0, 2), name.slice(2)];
  if (kind === 'f:') return { path: joinField(path, text), value: asFields(value)?.[text] };
  if (kind !== 'k:' && kind !== 'v:') return null;
  const key = parseJson(text);
  const item = (asList(value) ?? []).find((one) =>
    kind === 'v:'
      ? canonicalText(one) === canonicalText(key)
      : isFields(one) &&
        Object.entries(asFields(key) ?? {}).every(([field, wanted]) => one[field] === wanted),
  );
  if (kind === 'v:') return { path: joinElement(path, key), value: item };
  const keys = Object.entries(asFields(key) ?? {}).map(([field, wanted]) => [field, String(wanted)]);
  return { path: joinItem(path, Object.fromEntries(keys) as Record<string, string>), value: item };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
