import { isAbsent, isSameLeaf } from './absent.js';
import { parseData } from './data-text.js';
import { elementsOf, itemsOf, renameItems } from './items.js';
import { isFields, type Fields, namesOf } from '../../cluster/fields.js';
import { grantsOf } from './rbac-rules.js';
import { DATA_SHAPE } from './shapes/data.js';
import type { ListShape, Shape } from './shape.js';
import { shapeOfField } from './shape.js';

/** Finds the fields in which two values differ; what says nothing differs from nothing. One shape a difference. */
export function* differences(one: unknown, other: unknown, shape: Shape, name = ''): Generator<Shape, void> {
  const [noOne, noOther] = [isAbsent(one, shape, name), isAbsent(other, shape, name)];
  if (noOne && noOther) return;
  if (shape.kind === 'list') yield* listDifferences(one, other, shape);
  else if (noOne || noOther) yield shape;
  else if (shape.kind === 'set') {
    yield* keyDifferences(elementsOf(one, shape), elementsOf(other, shape), shape);
  } else if (shape.kind === 'rules') yield* ruleDifferences(one, other, shape);
  else if (shape.kind === 'data') yield* dataDifferences(one, other, shape);
  else if ((shape.kind === 'map' || shape.kind === 'free') && isFields(one) && isFields(other)) {
    yield* mapDifferences(one, other, shape);
  } else if (!isSameLeaf(one, other, shape)) yield shape;
}

/** Whether two values say the same. */
export function isSame(one: unknown, other: unknown, shape: Shape, name = ''): boolean {
  return differences(one, other, shape, name).next().done === true;
}

/** Whether two values say the same but for the tags and places of images. */
export function isSameButImages(one: unknown, other: unknown, shape: Shape): boolean {
  for (const { kind } of differences(one, other, shape)) if (kind !== 'image') return false;
  return true;
}

/** In how many fields two values differ. */
export function countDifferences(one: unknown, other: unknown, shape: Shape, name = ''): number {
  return [...differences(one, other, shape, name)].length;
}

function* mapDifferences(one: Fields, other: Fields, shape: Shape): Generator<Shape, void> {
  for (const name of namesOf(one, other)) {
    yield* differences(one[name], other[name], shapeOfField(shape, name), name);
  }
}

function* listDifferences(one: unknown, other: unknown, shape: ListShape): Generator<Shape, void> {
  const [a, b] = [itemsOf(one, shape), itemsOf(other, shape)];
  if (!a || !b) {
    if (!isSameLeaf(one, other, shape)) yield shape;
    return;
  }
  const renamed = renameItems(a, b, shape);
  yield* keyDifferences(renamed, b, shape);
  for (const [id, item] of renamed) {
    const match = b.get(id);
    if (match) yield* differences(item.value, match.value, shape.item);
  }
}

function* keyDifferences(
  one: ReadonlyMap<string, unknown>,
  other: ReadonlyMap<string, unknown>,
  shape: Shape,
): Generator<Shape, void> {
  for (const key of new Set([...one.keys(), ...other.keys()]))
    if (!one.has(key) || !other.has(key)) yield shape;
}

function* ruleDifferences(one: unknown, other: unknown, shape: Shape): Generator<Shape, void> {
  const [a, b] = [grantsOf(one), grantsOf(other)];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    if (!isSameSet(a.get(name)?.verbs ?? new Set(), b.get(name)?.verbs ?? new Set())) yield shape;
  }
}

function* dataDifferences(one: unknown, other: unknown, shape: Shape): Generator<Shape, void> {
  const [a, b] = [parseData(one), parseData(other)];
  if (a !== null && b !== null) yield* differences(a, b, DATA_SHAPE);
  else if (String(one).trimEnd() !== String(other).trimEnd()) yield shape;
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((value) => other.has(value));
}
