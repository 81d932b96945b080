import { joinField } from '../customisations/field-path.js';
import { canonicalText, isFields } from '../../cluster/fields.js';
import { checkFormat } from './formats.js';
import { checkPattern } from './patterns.js';
import { fieldSchema, type Schema } from './schema.js';

/** Takes note of what is wrong, or what cannot be told. */
export interface Notes {
  readonly invalid: (field: string, value: unknown, message: string) => void;
  readonly unchecked: (field: string, value: unknown, message: string) => void;
}

/** Holds a value, and all below it, to what a schema says without rules. */
export function checkValue(value: unknown, schema: Schema, path: string, notes: Notes): void {
  if (value === null) {
    if (schema.nullable !== true && hasType(schema)) notes.invalid(path, value, 'It must not be null.');
    return;
  }
  if (!isOfType(value, schema)) {
    notes.invalid(path, value, `It must be of type ${typeName(schema)}.`);
    return;
  }
  if (schema.enum && !schema.enum.some((one) => canonicalText(one) === canonicalText(value))) {
    notes.invalid(
      path,
      value,
      `It must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}.`,
    );
  }
  if (typeof value === 'string') checkText(value, schema, path, notes);
  else if (typeof value === 'number') checkNumber(value, schema, path, notes);
  else if (Array.isArray(value)) checkItems(value, schema, path, notes);
  else if (isFields(value)) checkFields(value, schema, path, notes);
  checkAlternatives(value, schema, path, notes);
}

function hasType(schema: Schema): boolean {
  return schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true;
}

function typeName(schema: Schema): string {
  return schema['x-kubernetes-int-or-string'] === true ? 'integer or string' : (schema.type ?? '');
}

function isOfType(value: unknown, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string'] === true)
    return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type ?? '') {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === schema.type;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isFields(value);
    default:
      return true;
  }
}

function checkText(value: string, schema: Schema, path: string, notes: Notes): void {
  const length = Array.from(value).length;
  if (length < (schema.minLength ?? 0))
    notes.invalid(path, value, `It must have ${schema.minLength ?? 0} characters or more.`);
  if (length > (schema.maxLength ?? Infinity))
    notes.invalid(path, value, `It must have ${schema.maxLength ?? 0} characters or fewer.`);
  if (schema.format !== undefined && !checkFormat(value, schema.format)) {
    notes.invalid(path, value, `It must be in the format ${schema.format}.`);
  }
  if (schema.pattern === undefined) return;
  const fits = checkPattern(value, schema.pattern);
  if (fits === null) notes.unchecked(path, value, `Whether it matches ${schema.pattern} was not checked.`);
  else if (!fits) notes.invalid(path, value, `It must match ${schema.pattern}.`);
}

function checkNumber(value: number, schema: Schema, path: string, notes: Notes): void {
  const { minimum = -Infinity, maximum = Infinity, multipleOf } = schema;
  const isTooSmall = schema.exclusiveMinimum === true ? value <= minimum : value < minimum;
  const isTooLarge = schema.exclusiveMaximum === true ? value >= maximum : value > maximum;
  if (isTooSmall) notes.invalid(path, value, `It must be ${minimum} or more.`);
  if (isTooLarge) notes.invalid(path, value, `It must be ${maximum} or less.`);
  if (multipleOf !== undefined && value % multipleOf !== 0)
    notes.invalid(path, value, `It must be a multiple of ${multipleOf}.`);
}

function checkItems(value: readonly unknown[], schema: Schema, path: string, notes: Notes): void {
  if (value.length < (schema.minItems ?? 0))
    notes.invalid(path, value, `It must have ${schema.minItems ?? 0} items or more.`);
  if (value.length > (schema.maxItems ?? Infinity))
    notes.invalid(path, value, `It must have ${schema.maxItems ?? 0} items or fewer.`);
  const { items } = schema;
  if (items) value.forEach((item, index) => checkValue(item, items, `${path}[${index}]`, notes));
  const names = itemNames(value, schema);
  if (new Set(names).size < names.length) notes.invalid(path, value, 'It must not have the same item twice.');
}

/** What has to be different in each item; empty where nothing has. */
function itemNames(value: readonly unknown[], schema: Schema): string[] {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  switch (schema['x-kubernetes-list-type'] ?? '') {
    case 'set':
      return value.map(canonicalText);
    case 'map':
      return value.map((item) => canonicalText(keys.map((key) => (isFields(item) ? item[key] : null))));
    default:
      return [];
  }
}

function checkFields(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
  notes: Notes,
): void {
  const count = Object.keys(value).length;
  if (count < (schema.minProperties ?? 0))
    notes.invalid(path, value, `It must have ${schema.minProperties ?? 0} fields or more.`);
  if (count > (schema.maxProperties ?? Infinity))
    notes.invalid(path, value, `It must have ${schema.maxProperties ?? 0} fields or fewer.`);
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) notes.invalid(joinField(path, name), undefined, 'It is required.');
  }
  for (const [name, field] of Object.entries(value)) {
    const inner = fieldSchema(schema, name);
    if (inner) checkValue(field, inner, joinField(path, name), notes);
  }
}

function checkAlternatives(value: unknown, schema: Schema, path: string, notes: Notes): void {
  for (const part of schema.allOf ?? []) checkValue(value, part, path, notes);
  const fits = (part: Schema): boolean => isValid(value, part);
  if (schema.anyOf && !schema.anyOf.some(fits))
    notes.invalid(path, value, 'It fits none of the forms that it may have.');
  if (schema.oneOf && schema.oneOf.filter(fits).length !== 1)
    notes.invalid(path, value, 'It must fit exactly one of the forms that it may have.');
  if (schema.not && fits(schema.not)) notes.invalid(path, value, 'It has a form that it must not have.');
}

function isValid(value: unknown, schema: Schema): boolean {
  let isFaultless = true;
  checkValue(value, schema, '', { invalid: () => (isFaultless = false), unchecked: () => undefined });
  return isFaultless;
}
