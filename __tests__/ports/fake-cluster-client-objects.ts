import type {
  KubernetesObject,
  ObjectMetadata,
  ObjectReference,
  Patch,
} from '../../src/ports/cluster-client.js';
import { applyPatch } from './fake-cluster-client-merge.js';

/** The object after a patch, which changes the status through its subresource alone. Throws a text that says why not. */
export function patched(
  live: KubernetesObject,
  patch: Patch,
  subresource: string | undefined,
): KubernetesObject {
  const after = applyPatch(live, patch);
  return subresource === 'status'
    ? { ...live, status: after['status'] }
    : { ...after, status: live['status'] };
}

/** The object without empty maps that an API server leaves out. */
export function withoutEmptyMaps({ metadata, ...object }: KubernetesObject): KubernetesObject {
  const hasData = ['ConfigMap', 'Secret'].includes(object.kind);
  const kept = without(metadata, ['labels', 'annotations']) as ObjectMetadata;
  return { ...without(object, hasData ? ['data'] : []), metadata: kept } as KubernetesObject;
}

function without(members: object, names: readonly string[]): object {
  const isEmpty = (value: unknown): boolean => JSON.stringify(value) === '{}';
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => !names.includes(name) || !isEmpty(value)),
  );
}

export function metadataOf({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata };
}

export function identityOf({ name, namespace }: ObjectMetadata): ObjectMetadata {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** What an object keeps for life. */
export function bornAt({
  uid,
  creationTimestamp,
  generation,
  deletionTimestamp,
}: ObjectMetadata): Partial<ObjectMetadata> {
  const kept = { uid, creationTimestamp, generation, deletionTimestamp };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

export function referenceObject({ apiVersion, kind, namespace, name }: ObjectReference): KubernetesObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === null ? {} : { namespace }) } };
}

export function nameOf({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
}
