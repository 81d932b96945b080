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
