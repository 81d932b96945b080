import { isFields } from '../../cluster/fields.js';
import { type Place, remember } from './place.js';
import { keepsUnknown, type Schema } from './schema.js';

/** Takes note of a field that the schema does not have. */
export type NoteUnknown = (place: Place, value: unknown) => void;

/**
 * Makes a value what the API server stores: fields that the schema does not have are gone, and so are nulls where none
 * may be; fields with a default are there. A value that is so already comes back as it is.
 */
export type Complete = (value: unknown, place: Place | null, note: NoteUnknown) => unknown;
type Fields = Readonly<Record<string, unknown>>;

const asItIs: Complete = (value) => value;

/** How values of a schema are completed. */
export const compileComplete: (schema: Schema) => Complete = remember((schema) => {
  const items = schema.items ? compileComplete(schema.items) : asItIs;
  const isMap = schema.type === 'object' || schema.properties !== undefined;
  const map = isMap ? compileMap(schema) : asItIs;
  if (items === asItIs && map === asItIs) return asItIs;
  return (value, place, note) => {
    if (Array.isArray(value)) return completeItems(value, items, place, note);
    return isFields(value) ? map(value, place, note) : value;
  };
});

function completeItems(
  value: readonly unknown[],
  items: Complete,
  parent: Place | null,
  note: NoteUnknown,
): readonly unknown[] {
  if (items === asItIs) return value;
  const completed = value.map((item, name) => items(item, { parent, name }, note));
  return completed.some((item, index) => item !== value[index]) ? completed : value;
}

/** What is known of a field: how it is completed, and whether it may be null. */
interface Field {
  readonly complete: Complete;
  readonly isNullable: boolean;
}

function compileMap(schema: Schema): (value: Fields, place: Place | null, note: NoteUnknown) => Fields {
  const { properties = {}, additionalProperties } = schema;
  const fields = new Map(Object.entries(properties).map(([name, inner]) => [name, compileField(inner)]));
  const rest = typeof additionalProperties === 'object' ? compileField(additionalProperties) : null;
  const keeps = keepsUnknown(schema);
  const defaults = Object.entries(properties).filter(([, inner]) => inner.default !== undefined);

  return (value, parent, note) => {
    const completed: Record<string, unknown> = {};
    let isChanged = false;
    for (const name in value) {
      const field = value[name];
      const known = fields.get(name) ?? rest;
      const place = { parent, name };
      if (!known && !keeps) note(place, field);
      else if (field !== null || !known || known.isNullable) {
        completed[name] = known ? known.complete(field, place, note) : field;
        isChanged ||= completed[name] !== field;
        continue;
      }
      isChanged = true;
    }
    for (const [name, inner] of defaults) {
      if (Object.hasOwn(completed, name)) continue;
      completed[name] = compileComplete(inner)(inner.default, { parent, name }, note);
      isChanged = true;
    }
    return isChanged ? completed : value;
  };
}

function compileField(schema: Schema): Field {
  return { complete: compileComplete(schema), isNullable: schema.nullable === true };
}
