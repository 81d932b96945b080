import { groupOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** The same for an object in two releases: the version of its API may move, its group does not. */
export function keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return [groupOf(apiVersion), kind, metadata.namespace ?? '', metadata.name].join('/');
}
