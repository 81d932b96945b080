import { asFields } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { BundleKind } from './bundle-kinds.js';
import { objectPath } from './bundle-path.js';

/** The object of a file, or what is wrong with it: its path says what it has to be. */
export function parseObject(
  path: string,
  kind: BundleKind,
  content: string | Uint8Array,
): KubernetesObject | string {
  let value: unknown;
  try {
    value = JSON.parse(typeof content === 'string' ? content : Buffer.from(content).toString('utf8'));
  } catch {
    return 'is not readable as JSON';
  }
  const metadata = asFields(asFields(value)?.['metadata']);
  const { apiVersion, kind: kindName } = asFields(value) ?? {};
  if (apiVersion !== kind.apiVersion || kindName !== kind.kind) {
    return `is no ${kind.kind} of ${kind.apiVersion}`;
  }
  const { name, namespace = null } = metadata ?? {};
  if (typeof name !== 'string' || name === '') return 'has no name';
  if (namespace !== null && typeof namespace !== 'string') return 'has no readable namespace';
  if (objectPath(kind, { namespace, name }) !== path) {
    return `is ${kind.kind} ${namespace === null ? '' : `${namespace}/`}${name}, which lies elsewhere in a bundle`;
  }
  return value as KubernetesObject;
}
