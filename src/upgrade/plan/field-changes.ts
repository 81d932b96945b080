import type { KubernetesObject } from '../../ports/cluster-client.js';
import { joinField, joinItem } from '../customisations/field-path.js';
import { canonicalText, isFields } from '../../cluster/fields.js';
import { withoutServerFields } from '../customisations/server-fields.js';
import type { FieldChange } from './object-change.js';

/** Fields that tell the items of a list apart, as Kubernetes merges them. */
const ITEM_KEYS = ['name', 'mountPath', 'containerPort', 'port'] as const;

/** Every field in which an object differs from what it was, without what the server writes by itself. */
export function fieldChanges(before: KubernetesObject, after: KubernetesObject): readonly FieldChange[] {
  return [...walk(withoutServerFields(before), withoutServerFields(after), '')];
}

function* walk(before: unknown, after: unknown, field: string): Generator<FieldChange, void> {
  if (canonicalText(before) === canonicalText(after)) return;
  if (isFields(before) && isFields(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* walk(before[name], after[name], joinField(field, name));
    }
    return;
  }
  const [one, other] = [keyItems(before), keyItems(after)];
  if (!one || !other) {
    yield { field, before, after };
    return;
  }
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    const [name = '', value = ''] = key.split('\0');
    yield* walk(one.get(key), other.get(key), joinItem(field, { [name]: value }));
  }
}

/** The items of a list by what names them; null where they have no such names, or share one. */
function keyItems(value: unknown): ReadonlyMap<string, unknown> | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const name = ITEM_KEYS.find((key) => value.every((item) => isFields(item) && item[key] !== undefined));
  if (name === undefined) return null;
  const items = new Map(
    value.map((item): [string, unknown] => [
      `${name}\0${String((item as Record<string, unknown>)[name])}`,
      item,
    ]),
  );
  return items.size === value.length ? items : null;
}
