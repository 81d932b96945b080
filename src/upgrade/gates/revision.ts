import { fieldsAt, listAt, numberAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { isOwnedBy } from './owner.js';

/** Labels that tell of which revision of a workload a pod is: of a DaemonSet's, of a Deployment's. */
const HASHES = ['controller-revision-hash', 'pod-template-hash'] as const;
/** What a Deployment's controller counts its ReplicaSets by. */
const REVISION = 'deployment.kubernetes.io/revision';

/** The hash of a pod, a ControllerRevision or a ReplicaSet; empty where it has none. */
export function hashOf({ metadata }: KubernetesObject): string {
  return HASHES.map((label) => metadata.labels?.[label]).find((hash) => hash !== undefined) ?? '';
}

/**
 * The hash of a workload's present revision among ControllerRevisions or ReplicaSets; null where none is its own, or the
 * newest is still the one before: workloads and revisions are watched apart, and one is heard of before the other.
 */
export function newestHash(
  workload: KubernetesObject,
  revisions: readonly KubernetesObject[],
): string | null {
  const own = revisions.filter((revision) => isOwnedBy(revision, workload));
  const [newest] = own.sort((a, b) => numberOf(b) - numberOf(a));
  if (newest === undefined || !isOfTemplate(workload, newest)) return null;
  const hash = hashOf(newest);
  return hash === '' ? null : hash;
}

/** Images say enough: a revision that differs in less is replaced within moments, and its pods are alike. */
function isOfTemplate(workload: KubernetesObject, revision: KubernetesObject): boolean {
  const data = revision.kind === 'ControllerRevision' ? fieldsAt(revision, 'data') : revision;
  const images = imagesOf(data);
  return images.length === 0 || images.join() === imagesOf(workload).join();
}

function imagesOf(template: unknown): readonly string[] {
  return ['initContainers', 'containers']
    .flatMap((list) => listAt(template, 'spec', 'template', 'spec', list))
    .map((container) => textAt(container, 'image'));
}

function numberOf(revision: KubernetesObject): number {
  return numberAt(revision, 'revision') ?? Number(revision.metadata.annotations?.[REVISION] ?? 0);
}
