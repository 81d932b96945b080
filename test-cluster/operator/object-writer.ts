import type { ClusterClient, KubernetesObject, OwnerReference } from '../../src/ports/cluster-client.js';
import {
  asObject,
  copyOf,
  type Fields,
  fieldsAt,
  isSame,
  makeFieldsAt,
  nameOf,
  referenceOf,
  valueAt,
} from '../ready-made/fields.js';

/** The name under which the operator writes: that of its program. */
export const OPERATOR_MANAGER = 'operator';

/** An object that the operator leaves alone carries this (tigera/operator v1.36.16 `pkg/controller/utils/component.go`). */
const IGNORE = 'unsupported.operator.tigera.io/ignore';

/**
 * Creates and overwrites objects as the operator does: an object is written where the operator wants another one than
 * before, or where somebody changed the one in the cluster (its generation has moved). What is wanted takes the place
 * of what is there, but for labels, annotations and finalizers of others
 * (tigera/operator v1.42.3 `pkg/controller/utils/component.go`: `needsUpdate`, `mergeState`).
 */
export class ObjectWriter {
  private readonly client: ClusterClient;
  private readonly written = new Map<
    string,
    { readonly wanted: KubernetesObject; readonly generation: number }
  >();

  constructor(client: ClusterClient) {
    this.client = client;
  }

  /** Writes an object where that is due; `owner` is null for what outlives its Installation. */
  async write(object: KubernetesObject, owner: KubernetesObject | null): Promise<void> {
    const wanted = owner ? ownedBy(object, owner) : object;
    const reference = referenceOf(wanted);
    const live = await this.client.get(reference);
    if (live?.metadata.annotations?.[IGNORE] === 'true') return;
    const known = this.written.get(nameOf(reference));
    const generation = live?.metadata.generation ?? 0;
    if (live && known && known.generation >= generation && isSame(known.wanted, wanted)) return;
    const written = live
      ? await this.client.replace(merged(wanted, live), { fieldManager: OPERATOR_MANAGER })
      : await this.client.create(wanted, { fieldManager: OPERATOR_MANAGER });
    this.written.set(nameOf(reference), { wanted, generation: written.metadata.generation ?? 0 });
  }

  /** Creates an object where there is none of its name, and leaves one that is there alone. */
  async ensure(object: KubernetesObject): Promise<void> {
    if ((await this.client.get(referenceOf(object))) !== null) return;
    await this.client.create(object, { fieldManager: OPERATOR_MANAGER });
  }
}

/** A copy that an owner controls, so that it goes when the owner goes. */
function ownedBy(
  object: KubernetesObject,
  { apiVersion, kind, metadata }: KubernetesObject,
): KubernetesObject {
  const reference: OwnerReference & { readonly blockOwnerDeletion: boolean } = {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
}

/** What is wanted, with what `mergeState` keeps of what is there. */
function merged(wanted: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const result = copyOf(wanted);
  const metadata = makeFieldsAt(result, 'metadata');
  metadata['resourceVersion'] = live.metadata.resourceVersion;
  metadata['uid'] = live.metadata.uid;
  metadata['labels'] = { ...live.metadata.labels, ...wanted.metadata.labels };
  metadata['annotations'] = { ...live.metadata.annotations, ...wanted.metadata.annotations };
  metadata['finalizers'] = [
    ...(wanted.metadata.finalizers ?? []),
    ...(live.metadata.finalizers ?? []).filter((finalizer) => !finalizer.includes('tigera.io')),
  ];
  if (wanted.kind === 'Service') keep(result, live, 'spec', 'clusterIP');
  if (wanted.kind === 'Deployment') keep(result, live, 'spec', 'replicas');
  if (wanted.kind === 'DaemonSet' || wanted.kind === 'Deployment') keepTemplateMetadata(result, live);
  return asObject(result);
}

/** Takes a field of a live object over where the wanted one has none. */
function keep(result: Fields, live: KubernetesObject, parent: string, name: string): void {
  const value = valueAt(live, parent, name);
  const fields = makeFieldsAt(result, parent);
  if (value !== undefined && fields['type'] !== 'ExternalName') fields[name] ??= value;
}

/** Labels and annotations of pods that others added (`kubectl rollout restart`) stay. */
function keepTemplateMetadata(result: Fields, live: KubernetesObject): void {
  for (const name of ['labels', 'annotations']) {
    const others = fieldsAt(live, 'spec', 'template', 'metadata', name);
    if (!others) continue;
    const metadata = makeFieldsAt(result, 'spec', 'template', 'metadata');
    metadata[name] = { ...others, ...fieldsAt(metadata, name) };
  }
}
