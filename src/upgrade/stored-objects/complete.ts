import { joinField } from '../customisations/field-path.js';
import { isFields } from '../../cluster/fields.js';
import { fieldSchema, keepsUnknown, type Schema } from './schema.js';

/** Takes note of a field that the schema does not have. */
export type NoteUnknown = (field: string, value: unknown) => void;

/**
 * A value as the API server stores it: fields that the schema does not have are gone, and so are nulls where none may
 * be; fields with a default are there.
 */
export function completeValue(value: unknown, schema: Schema, path: string, note: NoteUnknown): unknown {
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.map((item, index) => completeValue(item, items, `${path}[${index}]`, note));
  }
  return isFields(value) && (schema.type === 'object' || schema.properties)
    ? completeMap(value, schema, path, note)
    : value;
}

function completeMap(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
  note: NoteUnknown,
): Readonly<Record<string, unknown>> {
  const completed: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const inner = fieldSchema(schema, name);
    const at = joinField(path, name);
    if (!inner && !keepsUnknown(schema)) note(at, field);
    else if (field !== null || !inner || inner.nullable === true) {
      completed[name] = inner ? completeValue(field, inner, at, note) : field;
    }
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (inner.default === undefined || Object.hasOwn(completed, name)) continue;
    completed[name] = completeValue(inner.default, inner, joinField(path, name), note);
  }
  return completed;
}
