/** A JSON object. */
export type JsonMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asMap(value: unknown): JsonMap | null {
  return isMap(value) ? value : null;
}

export function asList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** The value at a path of names; undefined where there is none. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) current = asMap(current)?.[name];
  return current;
}

/** A copy without some fields; the same map where it has none of them. */
export function without(map: JsonMap, names: readonly string[]): JsonMap {
  if (!names.some((name) => Object.hasOwn(map, name))) return map;
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}

/** A text that is the same for values that are the same, whatever the order of their fields. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    isMap(field) ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1))) : field,
  );
}

/** Names of the fields of several maps, each once, in order of appearance. */
export function namesOf(...maps: readonly (JsonMap | null)[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map ?? {})))];
}
