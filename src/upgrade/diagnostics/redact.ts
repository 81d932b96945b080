import type { KubernetesObject } from '../../ports/cluster-client.js';
import { hideCredentials, isSecretName } from '../../text/credentials.js';

const HIDDEN = '***';
/** What repeats the object, or says who wrote it: nothing that helps, and much of it. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Fields that are called so and name things: a taint, a label, an entry of a Secret or a ConfigMap. */
const NAMES: ReadonlySet<string> = new Set(['key', 'name', 'secretName', 'serviceAccountToken']);
/** Below these are names of Secrets and their keys, and no data. */
const REFERENCES =
  /^(?:secretKeyRef|configMapKeyRef|secretRef|.*SecretRef|imagePullSecrets|secrets|tolerations)$/;

/**
 * The object without what looks like a credential, wherever it stands: in a field, a variable, an argument, an annotation,
 * or text in a text. A Secret loses all that it holds.
 */
export function redactObject(object: KubernetesObject): unknown {
  const { metadata } = object;
  if (object.kind === 'Secret') return { kind: 'Secret', metadata: { name: metadata.name } };
  const annotations = without(metadata.annotations ?? {}, LAST_APPLIED);
  return redactValue({ ...object, metadata: { ...without(metadata, 'managedFields'), annotations } });
}

function without(fields: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return hideCredentials(value);
  if (Array.isArray(value)) return redactList(value);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const { name } = fields;
  const isVariable = typeof name === 'string' && 'value' in fields;
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => {
      if (REFERENCES.test(key)) return [key, field];
      const called = isVariable && key === 'value' ? name : key;
      return [key, isSecret(called, field) ? HIDDEN : redactValue(field)];
    }),
  );
}

/** A flag whose value is the next argument says of that what it is. */
function redactList(list: readonly unknown[]): readonly unknown[] {
  return list.map((item, index) => {
    const before: unknown = list[index - 1];
    const isValue = typeof before === 'string' && /^--?[\w.-]+$/.test(before) && isSecretName(before);
    return isValue && typeof item === 'string' && !item.startsWith('-') ? HIDDEN : redactValue(item);
  });
}

/** Only text is hidden: a structure of such a name is looked through. */
function isSecret(name: string, value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !NAMES.has(name) && isSecretName(name);
}
