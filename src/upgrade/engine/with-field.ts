import { type Fields, fieldsAt, valueAt, without } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** An object with another value at a path, or none where that is undefined; maps on the way that become empty go. */
export function withField(
  object: KubernetesObject,
  path: readonly string[],
  value: unknown,
): KubernetesObject {
  if (value === undefined && valueAt(object, ...path) === undefined) return object;
  return setField(object, path, value) as KubernetesObject;
}

function setField(fields: Fields, [name, ...rest]: readonly string[], value: unknown): Fields {
  if (name === undefined) return fields;
  if (rest.length === 0) return value === undefined ? without(fields, name) : { ...fields, [name]: value };
  const inner = setField(fieldsAt(fields, name), rest, value);
  return Object.keys(inner).length === 0 ? without(fields, name) : { ...fields, [name]: inner };
}
