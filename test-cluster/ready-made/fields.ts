import type { KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';

/** A JSON object that may be changed. */
export type Fields = Record<string, unknown>;

/** The object that a value is; null where it is anything else. */
export function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The object at a path of names; null where there is none. */
export function fieldsAt(value: unknown, ...path: readonly string[]): Fields | null {
  return asFields(valueAt(value, ...path));
}

/** The value at a path of names; undefined where there is none. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) current = asFields(current)?.[name];
  return current;
}

/** The text at a path of names; empty where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at a path of names; 0 where there is none. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = valueAt(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** The objects of a list at a path of names; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): Fields[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.map(asFields).filter((item) => item !== null) : [];
}

/** The object at a path of names, made where it is missing. */
export function makeFieldsAt(value: Fields, ...path: readonly string[]): Fields {
  let current = value;
  for (const name of path) {
    const next = asFields(current[name]) ?? {};
    current[name] = next;
    current = next;
  }
  return current;
}

/** The list at a path of names, made where it is missing. */
export function makeListAt(value: Fields, ...path: readonly string[]): unknown[] {
  const parent = makeFieldsAt(value, ...path.slice(0, -1));
  const name = path.at(-1) ?? '';
  const list: unknown[] = Array.isArray(parent[name]) ? (parent[name] as unknown[]) : [];
  parent[name] = list;
  return list;
}

/** A deep copy that may be changed. */
export function copyOf(object: KubernetesObject): Fields {
  return structuredClone(object);
}

/** Takes fields for an object: the caller has given it `apiVersion`, `kind` and a name. */
export function asObject(fields: Fields): KubernetesObject {
  return fields as unknown as KubernetesObject;
}

/** What names an object in the API. */
export function referenceOf(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

/** `DaemonSet kube-system/calico-node`. */
export function nameOf({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  const [a, b] = [asFields(one), asFields(other)];
  if (!a || !b) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => name in b && isSame(a[name], b[name]))
  );
}
