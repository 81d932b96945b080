import { asFields, asList } from '../../cluster/fields.js';

/** `metadata` + `labels` = `metadata.labels`; names that are no words stand in brackets. */
export function joinField(path: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** `containers` + the item named calico-node = `containers[name=calico-node]`. */
export function joinItem(path: string, keys: Readonly<Record<string, string>>): string {
  const text = Object.entries(keys)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`);
  return `${path}[${text.join(',')}]`;
}

/** An element of a set: its text, or its fields. */
export function joinElement(path: string, element: unknown): string {
  return `${path}[${describe(element)}]`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.map(describe).join('+');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) =>
      typeof field === 'object' ? `${name}={${describe(field)}}` : `${name}=${String(field)}`,
    )
    .join(',');
}

/** What stands in a value at a path as {@link joinField} and {@link joinItem} write it; undefined where nothing does. */
export function fieldAt(value: unknown, path: string): unknown {
  let current = value;
  for (const [part, inner] of path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)) {
    current = inner === undefined ? asFields(current)?.[part] : itemAt(current, inner);
  }
  return current;
}

/** The item of a list by its number or its keys, or the field of a map whose name is no word. */
function itemAt(value: unknown, text: string): unknown {
  const items = asList(value);
  if (!items) return asFields(value)?.[text];
  if (/^\d+$/.test(text)) return items[Number(text)];
  const keys = text.split(',').map((part) => part.split(/=(.*)/s));
  return items.find((item) => keys.every(([name = '', wanted]) => String(asFields(item)?.[name]) === wanted));
}
