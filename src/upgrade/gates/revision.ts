import { numberAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** Labels that tell of which revision of a workload a pod is: of a DaemonSet's, of a Deployment's. */
const HASHES = ['controller-revision-hash', 'pod-template-hash'] as const;
/** What a Deployment's controller counts its ReplicaSets by. */
const REVISION = 'deployment.kubernetes.io/revision';

/** The hash of a pod, a ControllerRevision or a ReplicaSet; empty where it has none. */
export function hashOf({ metadata }: KubernetesObject): string {
  return HASHES.map((label) => metadata.labels?.[label]).find((hash) => hash !== undefined) ?? '';
}

/** The hash of a workload's present revision among ControllerRevisions or ReplicaSets; null where none is its own. */
export function newestHash(
  { metadata }: KubernetesObject,
  revisions: readonly KubernetesObject[],
): string | null {
  const own = revisions.filter(
    (revision) => revision.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) ?? false,
  );
  const [newest] = own.sort((a, b) => numberOf(b) - numberOf(a));
  const hash = newest === undefined ? '' : hashOf(newest);
  return hash === '' ? null : hash;
}

function numberOf(revision: KubernetesObject): number {
  return numberAt(revision, 'revision') ?? Number(revision.metadata.annotations?.[REVISION] ?? 0);
}
