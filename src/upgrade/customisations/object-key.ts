import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';

/** What names an object in the API. */
export function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

/** The same for an object in two releases: the version of its API may move, its group does not. */
export function keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return [group, kind, metadata.namespace ?? '', metadata.name].join('/');
}
