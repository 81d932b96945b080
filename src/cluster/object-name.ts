import type { KubernetesObject, ObjectReference } from '../ports/cluster-client.js';
import type { Evidence } from './evidence.js';

/** What names an object in the API. */
export function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

/** `DaemonSet kube-system/calico-node`, `Node worker-1`. */
export function nameOf({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
}

/** The group of an API version: `apps` of `apps/v1`; empty for `v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Evidence that a field of an object gives. */
export function evidenceOf(object: KubernetesObject, field = '', value = ''): Evidence {
  return { object: referenceOf(object), field, value };
}

/** Objects by their namespace; those that have none by the empty text. */
export function byNamespace(
  objects: readonly KubernetesObject[],
): ReadonlyMap<string, readonly KubernetesObject[]> {
  const groups = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    const { namespace = '' } = object.metadata;
    const group = groups.get(namespace);
    if (group) group.push(object);
    else groups.set(namespace, [object]);
  }
  return groups;
}
