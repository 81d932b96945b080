import type { KubernetesObject } from '../../ports/cluster-client.js';

/** Whether a workload's controller made an object: a label alone does not say so. */
export function isOwnedBy({ metadata }: KubernetesObject, { metadata: { uid } }: KubernetesObject): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}
