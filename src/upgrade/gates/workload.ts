import { listAt, numberAt, textAt, textMapAt } from '../../cluster/fields.js';
import type { KubernetesObject, ObjectKind, ObjectReference } from '../../ports/cluster-client.js';
import { isPodReady, podFault } from './pod-fault.js';
import { hashOf, newestHash } from './revision.js';
import type { Lasts } from './stopwatch.js';
import type { Failure, Source } from './wait-for.js';

export const POD: ObjectKind = { apiVersion: 'v1', kind: 'Pod' };
/** What a DaemonSet's revisions, and a Deployment's, are kept in. */
export const REVISIONS: Readonly<Record<string, ObjectKind>> = {
  DaemonSet: { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
  Deployment: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
};

/** Watches one object. */
export function sourceOf({ apiVersion, kind, namespace, name }: ObjectReference): Source {
  return { kind: { apiVersion, kind }, options: { namespace, fieldSelector: `metadata.name=${name}` } };
}

/** The pods of a workload, as a label selector. */
export function selectorOf(workload: KubernetesObject): string {
  return Object.entries(textMapAt(workload, 'spec', 'selector', 'matchLabels'))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** The pods that a workload selects. */
export function podsOf(
  workload: KubernetesObject,
  pods: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const labels = Object.entries(textMapAt(workload, 'spec', 'selector', 'matchLabels'));
  if (labels.length === 0) return [];
  return pods.filter(
    ({ metadata }) =>
      metadata.namespace === workload.metadata.namespace &&
      labels.every(([key, value]) => metadata.labels?.[key] === value),
  );
}

/** The node that a pod is on, or is for: a DaemonSet’s controller names it before the scheduler does. */
export function targetNode(pod: KubernetesObject): string {
  const at = textAt(pod, 'spec', 'nodeName');
  if (at !== '') return at;
  const required = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];
  const fields = listAt(pod, 'spec', ...required, 'nodeSelectorTerms').flatMap((term) =>
    listAt(term, 'matchFields'),
  );
  const [name] = fields.flatMap(({ key, values }) =>
    key === 'metadata.name' && Array.isArray(values) ? (values as unknown[]) : [],
  );
  return typeof name === 'string' ? name : '';
}

/** Pods on some nodes. */
export function podsOn(
  nodes: readonly string[],
  pods: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  return pods.filter((pod) => nodes.includes(targetNode(pod)));
}

/** Pods that are not on some nodes, whose pods are no matter. */
export function podsElsewhere(
  pods: readonly KubernetesObject[],
  without: readonly string[],
): readonly KubernetesObject[] {
  return without.length === 0 ? pods : pods.filter((pod) => !without.includes(targetNode(pod)));
}

/** Whether a workload's controller has seen what it says now: before, the newest revision is the one before. */
export function isObserved(workload: KubernetesObject): boolean {
  return (numberAt(workload, 'status', 'observedGeneration') ?? 0) >= (workload.metadata.generation ?? 0);
}

/** Pods of a workload's newest revision that are to stay. */
export function newPodsOf(
  workload: KubernetesObject,
  revisions: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const hash = newestHash(workload, revisions);
  if (hash === null) return [];
  return pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      hashOf(pod) === hash &&
      pod.metadata.name.startsWith(`${workload.metadata.name}-`),
  );
}

/**
 * Why a workload's new pods will not become ready; null where they may. What the old ones suffer from is no matter, nor
 * what those do that are to go.
 */
export function faultOfNewPods(
  workload: KubernetesObject,
  revisions: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
  lasts: Lasts,
): Failure | null {
  if (!isObserved(workload) || numberAt(workload, 'spec', 'replicas') === 0) return null;
  return faultOf(newPodsOf(workload, revisions, pods), lasts);
}

/** What the first of those pods says that will not become ready; null where all may. */
export function faultOf(pods: readonly KubernetesObject[], lasts: Lasts): Failure | null {
  for (const pod of pods) {
    const reason = isPodReady(pod) ? null : podFault(pod, lasts);
    if (reason !== null) return { reason, pods: [pod] };
  }
  return null;
}

/** Those of a workload's new pods that are not Ready. */
export function unreadyOf(
  workload: KubernetesObject,
  revisions: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  return newPodsOf(workload, revisions, pods).filter((pod) => !isPodReady(pod));
}
