/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Fields = {};

/** Whether a value is an object, neither null nor a list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that a value is; null where it is anything else. */
export function asFields(value: unknown): Fields | null {
  return isFields(value) ? value : null;
}

/** The list that a value is; null where it is anything else. */
export function asList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** The value at a path of names; undefined where there is none. Never throws. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) current = ownValue(current, name);
  return current;
}

/** The object at a path of names; an empty one where there is none. */
export function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  return asFields(valueAt(value, ...path)) ?? NOTHING;
}

/** The text at a path of names; empty where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Text, number or boolean at a path of names, as text: fields that may be written either way; empty where there is none. */
export function scalarAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
    ? String(found)
    : '';
}

/** The number at a path of names; null where there is none. */
export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = valueAt(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** Whether the value at a path of names is true. */
export function isTrueAt(value: unknown, ...path: readonly string[]): boolean {
  return valueAt(value, ...path) === true;
}

/** The objects of the list at a path of names; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): Fields[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.map(asFields).filter((item) => item !== null) : [];
}

/** The texts of the list at a path of names; empty where there is none. */
export function textsAt(value: unknown, ...path: readonly string[]): string[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found.filter((item: unknown) => typeof item === 'string') : [];
}

/** The texts of the object at a path of names, by key; empty where there is none. */
export function textMapAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const found = Object.entries(fieldsAt(value, ...path));
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The object without those names. */
export function without<Value extends object, Name extends keyof Value>(
  value: Value,
  ...names: readonly Name[]
): Omit<Value, Name> {
  const rest = Object.entries(value).filter(([name]) => !(names as readonly PropertyKey[]).includes(name));
  return Object.fromEntries(rest) as Omit<Value, Name>;
}

/** The first text that is not empty; empty where all are. */
export function firstText(...texts: readonly (string | undefined)[]): string {
  return texts.find((text) => text !== undefined && text !== '') ?? '';
}

/** A text that is the same for values that are the same, whatever the order of their fields. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    isFields(field) ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1))) : field,
  );
}

/** Names of the fields of several objects, each once, in order of appearance. */
export function namesOf(...objects: readonly (Fields | null)[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object ?? {})))];
}

function ownValue(value: unknown, name: string): unknown {
  const fields = asFields(value);
  return fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
}
