import { asList, canonicalText, isFields, type Fields } from '../../cluster/fields.js';
import type { ListShape, SetShape } from './shape.js';

/** An item of a list with keys. */
export interface Item {
  readonly id: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly value: Fields;
}

/**
 * The items of a list by their keys, in order. Null where it is no such list: an item without keys, or one name for two
 * items. Of variables and their like (`keys: ['name']`) the last one of a name counts, as for the container.
 */
export function itemsOf(list: unknown, shape: ListShape): Map<string, Item> | null {
  const items = new Map<string, Item>();
  for (const value of asList(list) ?? []) {
    if (!isFields(value)) return null;
    const keys = Object.fromEntries(
      shape.keys.map((name) => [name, textOf(value[name] ?? shape.keyDefaults?.[name])]),
    );
    const id = shape.keys.map((name) => keys[name]).join('\n');
    if (id.trim() === '' || (items.has(id) && shape.keys.join() !== 'name')) return null;
    items.set(id, { id, keys, value });
  }
  return items;
}

/** The names under which upstream's renamed items are known in `list`, given those that another list has. */
export function renameItems(
  list: ReadonlyMap<string, Item>,
  other: ReadonlyMap<string, Item>,
  shape: ListShape,
): ReadonlyMap<string, Item> {
  const pairs = (shape.renamed ?? []).flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
  const names = new Map(
    pairs.filter(
      ([mine, theirs]) => list.has(mine) && !other.has(mine) && other.has(theirs) && !list.has(theirs),
    ),
  );
  if (names.size === 0) return list;
  return new Map([...list].map(([id, item]) => [names.get(id) ?? id, item]));
}

/** The elements of a set by what they say. */
export function elementsOf(list: unknown, shape: SetShape): Map<string, unknown> {
  return new Map((asList(list) ?? []).map((element) => [canonicalText(completed(element, shape)), element]));
}

function completed(element: unknown, shape: SetShape): unknown {
  return isFields(element) ? { ...shape.itemDefaults, ...element } : element;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
