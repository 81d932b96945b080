import { canonicalText, isFields } from '../../cluster/fields.js';
import { type Check, type Notes, REQUIRED } from './check.js';
import { compileScalarChecks } from './check-scalar.js';
import { remember } from './place.js';
import type { Schema } from './schema.js';

/** How values are held to a schema; made once for each, since thousands of values are held to it. */
export const compileCheck: (schema: Schema) => Check = remember((schema) => {
  const isOfType = compileType(schema);
  const mayBeNull = schema.nullable === true || !hasType(schema);
  const checks: readonly Check[] = [
    ...compileEnum(schema),
    ...compileScalarChecks(schema),
    ...compileItems(schema),
    ...compileFields(schema),
    ...compileAlternatives(schema),
  ];
  return (value, place, notes) => {
    if (value === null) {
      if (!mayBeNull) notes.invalid(place, value, 'It must not be null.');
    } else if (!isOfType(value)) {
      notes.invalid(place, value, `It must be of type ${typeName(schema)}.`);
    } else for (const check of checks) check(value, place, notes);
  };
});

function hasType(schema: Schema): boolean {
  return schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true;
}

function typeName(schema: Schema): string {
  return schema['x-kubernetes-int-or-string'] === true ? 'integer or string' : (schema.type ?? '');
}

function compileType(schema: Schema): (value: unknown) => boolean {
  const { type = '' } = schema;
  if (schema['x-kubernetes-int-or-string'] === true)
    return (value) => typeof value === 'string' || Number.isInteger(value);
  switch (type) {
    case 'string':
    case 'boolean':
    case 'number':
      return (value) => typeof value === type;
    case 'integer':
      return Number.isInteger;
    case 'array':
      return Array.isArray;
    case 'object':
      return isFields;
    default:
      return () => true;
  }
}

function compileEnum(schema: Schema): readonly Check[] {
  if (!schema.enum) return [];
  const texts = new Set(schema.enum.filter((one) => typeof one === 'string'));
  const allowed = new Set(schema.enum.map(canonicalText));
  const message = `It must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}.`;
  return [
    (value, place, notes) => {
      const isAllowed = typeof value === 'string' ? texts.has(value) : allowed.has(canonicalText(value));
      if (!isAllowed) notes.invalid(place, value, message);
    },
  ];
}

function compileItems(schema: Schema): readonly Check[] {
  const { minItems = 0, maxItems = Infinity } = schema;
  const items = schema.items && compileCheck(schema.items);
  const nameOf = compileItemName(schema);
  return [
    (value, place, notes) => {
      if (!Array.isArray(value)) return;
      if (value.length < minItems) notes.invalid(place, value, `It must have ${minItems} items or more.`);
      if (value.length > maxItems) notes.invalid(place, value, `It must have ${maxItems} items or fewer.`);
      if (items)
        value.forEach((item: unknown, index) => {
          items(item, { parent: place, name: index }, notes);
        });
      if (nameOf && new Set(value.map(nameOf)).size < value.length)
        notes.invalid(place, value, 'It must not have the same item twice.');
    },
  ];
}

/** What has to be different in each item; null where nothing has. */
function compileItemName(schema: Schema): ((item: unknown) => string) | null {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  switch (schema['x-kubernetes-list-type'] ?? '') {
    case 'set':
      return canonicalText;
    case 'map':
      return (item) => canonicalText(keys.map((key) => (isFields(item) ? item[key] : null)));
    default:
      return null;
  }
}

function compileFields(schema: Schema): readonly Check[] {
  const { minProperties = 0, maxProperties = Infinity, required = [], additionalProperties } = schema;
  const fields = new Map(
    Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, compileCheck(inner)]),
  );
  const rest = typeof additionalProperties === 'object' ? compileCheck(additionalProperties) : undefined;
  const isCounted = minProperties > 0 || maxProperties < Infinity;
  return [
    (value, parent, notes) => {
      if (!isFields(value)) return;
      const count = isCounted ? Object.keys(value).length : 0;
      if (count < minProperties)
        notes.invalid(parent, value, `It must have ${minProperties} fields or more.`);
      if (count > maxProperties)
        notes.invalid(parent, value, `It must have ${maxProperties} fields or fewer.`);
      for (const name of required) if (!Object.hasOwn(value, name)) notes.missing({ parent, name });
      for (const name in value) (fields.get(name) ?? rest)?.(value[name], { parent, name }, notes);
    },
  ];
}

function compileAlternatives({ allOf = [], anyOf, oneOf, not }: Schema): readonly Check[] {
  const checks: Check[] = allOf.map((part) => {
    const check = compileCheck(part);
    return (value, place, notes) => {
      check(value, place, asAlways(notes));
    };
  });
  const add = (isFit: (value: unknown) => boolean, message: string): void => {
    checks.push((value, place, notes) => {
      if (!isFit(value)) notes.always(place, value, message);
    });
  };
  if (anyOf) {
    const parts = anyOf.map(compileFit);
    add((value) => parts.some((fits) => fits(value)), 'It fits none of the forms that it may have.');
  }
  if (oneOf) {
    const parts = oneOf.map(compileFit);
    add(
      (value) => parts.filter((fits) => fits(value)).length === 1,
      'It must fit exactly one of the forms that it may have.',
    );
  }
  if (not) {
    const fits = compileFit(not);
    add((value) => !fits(value), 'It has a form that it must not have.');
  }
  return checks;
}

/** Whether a value fits a schema. */
function compileFit(schema: Schema): (value: unknown) => boolean {
  const check = compileCheck(schema);
  return (value) => {
    let isFaultless = true;
    const fail = (): void => {
      isFaultless = false;
    };
    check(value, null, { invalid: fail, missing: fail, always: fail, unchecked: () => undefined });
    return isFaultless;
  };
}

/** What `allOf` and its like ask for is asked for on every write. */
function asAlways(notes: Notes): Notes {
  return {
    ...notes,
    invalid: notes.always,
    missing: (place) => {
      notes.always(place, undefined, REQUIRED);
    },
  };
}
