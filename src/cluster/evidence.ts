import type { ObjectReference } from '../ports/cluster-client.js';

/** Where something was read: an object, the path of a field in it, and what stood there. */
export interface Evidence {
  readonly object: ObjectReference;
  /** `spec.template.spec.containers[name=calico-node].image`; empty where it is the object as such. */
  readonly field: string;
  readonly value: string;
}
