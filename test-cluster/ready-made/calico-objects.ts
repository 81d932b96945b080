import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';

/** How Calico keeps its objects in the Kubernetes datastore. */
export const CALICO_API = 'crd.projectcalico.org/v1';

/** The annotation in which Calico keeps the metadata that its own API shows. */
const METADATA = 'projectcalico.org/metadata';

/** An object of Calico's datastore. */
export function calicoObject(
  kind: string,
  name: string,
  spec: Readonly<Record<string, unknown>>,
  metadata: Readonly<Record<string, unknown>> = {},
): KubernetesObject {
  return { apiVersion: CALICO_API, kind, metadata: { name, ...metadata }, spec };
}

/** As {@link calicoObject}, with the annotation that Calico's own tools (API server, calicoctl) leave. */
export function throughCalicoApi(object: KubernetesObject): KubernetesObject {
  const kept = { uid: randomUUID(), creationTimestamp: new Date(0).toISOString() };
  const annotations = { ...object.metadata.annotations, [METADATA]: JSON.stringify(kept) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
