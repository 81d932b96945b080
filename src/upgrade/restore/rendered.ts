import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { MovedWorkload } from '../engine/step.js';
import { releaseMarks } from '../gates/release-marks.js';

export const OPERATOR_GROUP = 'operator.tigera.io';
/** Namespaces whose objects the operator renders. */
const NAMESPACES: ReadonlySet<string> = new Set(['calico-system', 'calico-apiserver']);
const WORKLOADS: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment']);

/** Whether an object is the operator's to put right: what it owns, and what is in the namespaces that it fills. */
export function isRendered(object: KubernetesObject): boolean {
  const { namespace = '', name } = object.metadata;
  return ownersOf(object).length > 0 || NAMESPACES.has(namespace) || NAMESPACES.has(name);
}

/** The operator's resources that an object was rendered for: `Installation default`. */
export function ownersOf({ metadata }: KubernetesObject): readonly string[] {
  return (metadata.ownerReferences ?? [])
    .filter(({ apiVersion }) => groupOf(apiVersion) === OPERATOR_GROUP)
    .map(({ kind, name }) => `${kind} ${name}`);
}

/** What a workload of the bundle has to come to again; null for what the operator does not move. */
export function movedWorkload(saved: KubernetesObject): MovedWorkload | null {
  if (!WORKLOADS.has(saved.kind) || ownersOf(saved).length === 0) return null;
  return { object: referenceOf(saved), marks: releaseMarks(saved) };
}
