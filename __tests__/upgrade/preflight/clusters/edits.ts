import { fieldsAt, listAt } from '../../../../src/cluster/fields.js';
import type { KubernetesObject } from '../../../../src/ports/cluster-client.js';

type Fields = Readonly<Record<string, unknown>>;
type Edit = (object: KubernetesObject) => KubernetesObject;

/** Sets a field at a path of names. */
export function set(path: string, value: unknown): Edit {
  return (object) => setAt(object, path.split('.'), value) as KubernetesObject;
}

/** Several edits, one after the other. */
export function all(...edits: readonly Edit[]): Edit {
  return (object) => edits.reduce((current, edit) => edit(current), object);
}

/** Writes an annotation or a label. */
export function mark(where: 'annotations' | 'labels', name: string, value: string): Edit {
  return (object) => ({
    ...object,
    metadata: { ...object.metadata, [where]: { ...object.metadata[where], [name]: value } },
  });
}

/** Changes the first container of a workload. */
export function container(change: (container: Fields) => Fields): Edit {
  return (object) => {
    const [first = {}, ...rest] = listAt(object, 'spec', 'template', 'spec', 'containers');
    return set('spec.template.spec.containers', [change(first), ...rest])(object);
  };
}

/** Sets variables of the first container. */
export function env(values: Readonly<Record<string, string>>): Edit {
  return container((one) => ({
    ...one,
    env: [
      ...listAt(one, 'env').filter(({ name }) => !(String(name) in values)),
      ...Object.entries(values).map(([name, value]) => ({ name, value })),
    ],
  }));
}

/** Marks an object as being deleted, held by a finalizer. */
export function deleting(finalizer: string): Edit {
  return (object) => ({
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: '2026-11-01T00:00:00Z', finalizers: [finalizer] },
  });
}

/** Takes an object away. */
export function gone(): null {
  return null;
}

function setAt(value: unknown, [name = '', ...rest]: readonly string[], wanted: unknown): Fields {
  const fields = fieldsAt(value);
  return { ...fields, [name]: rest.length === 0 ? wanted : setAt(fields[name], rest, wanted) };
}
