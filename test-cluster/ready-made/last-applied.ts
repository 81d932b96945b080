import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { asFields, copyOf, type Fields, makeFieldsAt, textAt } from './fields.js';

/** The annotation in which `kubectl apply` keeps what it applied. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A copy with the annotation that `kubectl apply` (client side) adds: the object as applied, without the annotation
 * itself, and with `annotations: {}` where there were none.
 *
 * @see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#how-apply-calculates-differences-and-merges-changes
 */
export function withLastApplied(object: KubernetesObject): Fields {
  const copy = copyOf(object);
  const metadata = makeFieldsAt(copy, 'metadata');
  const others = Object.fromEntries(
    Object.entries(makeFieldsAt(metadata, 'annotations')).filter(([name]) => name !== LAST_APPLIED),
  );
  metadata['annotations'] = others;
  const applied = `${goJson(copy)}\n`;
  metadata['annotations'] = { ...others, [LAST_APPLIED]: applied };
  return copy;
}

/** What `kubectl apply` applied last; null where it never did. */
export function lastApplied(object: KubernetesObject): Fields | null {
  const text = textAt(object, 'metadata', 'annotations', LAST_APPLIED);
  return text ? asFields(JSON.parse(text)) : null;
}

/** JSON as Go writes it: sorted names, and `<`, `>`, `&` and two line separators escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(sorted(value)).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const fields = asFields(value);
  if (!fields) return value;
  const names = Object.keys(fields).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(fields[name])]));
}
