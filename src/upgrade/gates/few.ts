import type { KubernetesObject, ObjectKind } from '../../ports/cluster-client.js';
import type { Source } from './wait-for.js';
import { POD, selectorOf, sourceOf } from './workload.js';

/** Up to so many are watched one by one; more by a watch of all. */
const FEW = 5;
export const NODE: ObjectKind = { apiVersion: 'v1', kind: 'Node' };

/** Watches those of a kind that have no namespace and these names, and others perhaps. */
export function namedSources(kind: ObjectKind, names: readonly string[]): readonly Source[] {
  if (names.length > FEW) return [{ kind, options: {} }];
  return names.map((name) => sourceOf({ ...kind, namespace: null, name }));
}

/** Watches the pods of a DaemonSet on these nodes, and others perhaps. */
export function podSources(daemonSet: KubernetesObject, nodes: readonly string[]): readonly Source[] {
  const { namespace = null } = daemonSet.metadata;
  const options = { namespace, labelSelector: selectorOf(daemonSet) };
  if (nodes.length > FEW) return [{ kind: POD, options }];
  return nodes.map((node) => ({
    kind: POD,
    options: { ...options, fieldSelector: `spec.nodeName=${node}` },
  }));
}
