import type { Check } from './check.js';
import { checkFormat } from './formats.js';
import { checkPattern } from './patterns.js';
import type { Schema } from './schema.js';

/** How texts and numbers are held to a schema, as far as it says anything of them. */
export function compileScalarChecks(schema: Schema): readonly Check[] {
  return [
    ...compileLength(schema),
    ...compileFormat(schema),
    ...compilePattern(schema),
    ...compileNumber(schema),
  ];
}

function compileLength({ minLength = 0, maxLength = Infinity }: Schema): readonly Check[] {
  if (minLength === 0 && maxLength === Infinity) return [];
  return [
    (value, place, notes) => {
      if (typeof value !== 'string') return;
      const length = Array.from(value).length;
      if (length < minLength) notes.invalid(place, value, `It must have ${minLength} characters or more.`);
      if (length > maxLength) notes.invalid(place, value, `It must have ${maxLength} characters or fewer.`);
    },
  ];
}

function compileFormat({ format }: Schema): readonly Check[] {
  if (format === undefined) return [];
  return [
    (value, place, notes) => {
      if (typeof value === 'string' && !checkFormat(value, format))
        notes.invalid(place, value, `It must be in the format ${format}.`);
    },
  ];
}

function compilePattern({ pattern }: Schema): readonly Check[] {
  if (pattern === undefined) return [];
  return [
    (value, place, notes) => {
      if (typeof value !== 'string') return;
      const fits = checkPattern(value, pattern);
      if (fits === null) notes.unchecked(place, value, `Whether it matches ${pattern} was not checked.`);
      else if (!fits) notes.invalid(place, value, `It must match ${pattern}.`);
    },
  ];
}

function compileNumber(schema: Schema): readonly Check[] {
  const { minimum = -Infinity, maximum = Infinity, multipleOf, exclusiveMinimum, exclusiveMaximum } = schema;
  return [
    (value, place, notes) => {
      if (typeof value !== 'number') return;
      const isTooSmall = exclusiveMinimum === true ? value <= minimum : value < minimum;
      const isTooLarge = exclusiveMaximum === true ? value >= maximum : value > maximum;
      if (isTooSmall) notes.invalid(place, value, `It must be ${minimum} or more.`);
      if (isTooLarge) notes.invalid(place, value, `It must be ${maximum} or less.`);
      if (multipleOf !== undefined && value % multipleOf !== 0)
        notes.invalid(place, value, `It must be a multiple of ${multipleOf}.`);
    },
  ];
}
