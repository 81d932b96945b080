import { differenceOf, type FieldSet, isEmpty, unionOf } from '../../src/adapters/kubernetes/field-set.js';

/** Members that are lists of named items, and what names an item; other lists are of one piece. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  conditions: ['type'],
  ownerReferences: ['uid'],
};
/** Maps of single entries, which know themselves. */
const MAPS = ['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data'];

const SERVER_MEMBERS = ['apiVersion', 'kind', 'metadata', 'status'];

type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values are the same, whatever the order of their members. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** The key of an item in a list of named items; null where the list is of one piece. */
export function itemKey(list: string, item: unknown): string | null {
  if (list === 'finalizers') return `v:${JSON.stringify(item)}`;
  const keys = LIST_KEYS[list];
  if (keys === undefined || !isMembers(item)) return null;
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, item[key]])))}`;
}

/** How fields came to their owner: an apply owns the entries of a map, an update the map itself, too. */
export type Ownership = 'Apply' | 'Update';

/** The fields of an object that a manager can own. */
export function fieldsOf(object: Members, by: Ownership): FieldSet {
  const content = Object.entries(object).filter(([name]) => !SERVER_MEMBERS.includes(name));
  const { labels, annotations, finalizers, ownerReferences } = (object['metadata'] ?? {}) as Members;
  const owned = Object.entries({ labels, annotations, finalizers, ownerReferences });
  const shown = owned.filter(([, value]) => value !== undefined);
  const metadata = shown.length > 0 ? { metadata: Object.fromEntries(shown) } : {};
  return membersOf({ ...Object.fromEntries(content), ...metadata }, by);
}

function membersOf(members: Members, by: Ownership): FieldSet {
  return Object.fromEntries(
    Object.entries(members)
      .filter(([name, value]) => by === 'Apply' || !isEmptyMap(name, value))
      .map(([name, value]) => [`f:${name}`, nodeOf(name, value, by)]),
  );
}

/** An API server leaves these out. */
function isEmptyMap(name: string, value: unknown): boolean {
  return MAPS.includes(name) && isMembers(value) && Object.keys(value).length === 0;
}

function nodeOf(name: string, value: unknown, by: Ownership): FieldSet {
  if (Array.isArray(value)) return listNode(name, value, by);
  if (!isMembers(value)) return {};
  return { ...(MAPS.includes(name) ? itself(by) : {}), ...membersOf(value, by) };
}

function itself(by: Ownership): FieldSet {
  return by === 'Apply' ? {} : { '.': {} };
}

function listNode(name: string, items: readonly unknown[], by: Ownership): FieldSet {
  const nodes: Record<string, FieldSet> = {};
  for (const item of items) {
    const key = itemKey(name, item);
    if (key === null) return {};
    nodes[key] = isMembers(item) ? { '.': {}, ...membersOf(item, by) } : {};
  }
  return items.length === 0 ? {} : { ...itself(by), ...nodes };
}

/** The fields of both. */
export function intersectionOf(left: FieldSet, right: FieldSet): FieldSet {
  return differenceOf(left, differenceOf(left, right));
}

/** The single fields of a set, as paths of its keys; those that only hold others are left out. */
export function leavesOf(set: FieldSet, path: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(set)
    .filter(([key]) => key !== '.')
    .flatMap(([key, below]) => (isEmpty(below) ? [[...path, key]] : leavesOf(below, [...path, key])));
}

/** The set of one path. */
export function setOf(path: readonly string[]): FieldSet {
  const [key, ...rest] = path;
  if (key === undefined) return {};
  return { [key]: setOf(rest) };
}

export function unionOfAll(sets: readonly FieldSet[]): FieldSet {
  return sets.reduce(unionOf, {});
}

/** The value at a path of keys. */
export function valueAtPath(object: unknown, path: readonly string[]): unknown {
  let value: unknown = object;
  let name = '';
  for (const key of path) {
    if (key.startsWith('f:')) {
      name = key.slice(2);
      value = isMembers(value) ? value[name] : undefined;
    } else {
      const list = name;
      value = listOf(value).find((item) => itemKey(list, item) === key);
    }
  }
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** As an error names a path: `.spec.containers[name="a"].image`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((key) => {
      if (key.startsWith('f:')) return `.${key.slice(2)}`;
      const named = Object.entries(JSON.parse(key.slice(2)) as object);
      return `[${named.map(([field, value]) => `${field}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
