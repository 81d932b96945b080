import { canonicalText, isFields } from '../../cluster/fields.js';
import { isSameQuantity } from '../../cluster/quantity.js';
import { type Shape, shapeOfField } from './shape.js';

/** Fields for which an empty map says something. */
const SPEAKING_WHEN_EMPTY = new Set(['emptyDir', 'podSelector']);

/**
 * Whether a field says nothing: it is not there, it is empty, or it says what the API server would fill in.
 *
 * @param name the name of the field
 */
export function isAbsent(value: unknown, shape: Shape, name = ''): boolean {
  if (value === undefined || value === null) return true;
  if ('defaults' in shape && shape.defaults.some((one) => isSameScalar(one, value))) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (!isFields(value) || SPEAKING_WHEN_EMPTY.has(name)) return false;
  return Object.entries(value).every(([field, inner]) => isAbsent(inner, shapeOfField(shape, field), field));
}

/** Whether two values that are no maps are the same: ports may be numbers or digits in quotes. */
export function isSameScalar(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one === 'number' || typeof other === 'number') return String(one) === String(other);
  return canonicalText(one) === canonicalText(other);
}

/** Whether two values are the same leaf of a shape. */
export function isSameLeaf(one: unknown, other: unknown, shape: Shape): boolean {
  return shape.kind === 'quantity' ? isSameQuantity(one, other) : isSameScalar(one, other);
}
