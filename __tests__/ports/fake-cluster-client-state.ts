import { ClusterError } from '../../src/errors.js';
import type {
  ApplyOptions,
  DeleteOptions,
  KubernetesObject,
  ListOptions,
  ObjectKind,
  ObjectReference,
  Patch,
  ServedKind,
  WriteOptions,
} from '../../src/ports/cluster-client.js';
import { BUILT_IN_KINDS, isSameKind, kindsOfDefinition } from './fake-cluster-client-kinds.js';
import { isSame } from './fake-cluster-client-fields.js';
import {
  bornAt,
  identityOf,
  nameOf,
  patched,
  referenceObject,
  withoutEmptyMaps,
} from './fake-cluster-client-objects.js';
import { isSelected } from './fake-cluster-client-selectors.js';
import { createStore, referenceOf, type Store } from './fake-cluster-client-store.js';
import { applied, updated } from './fake-cluster-client-write.js';

/** The error that an API server's refusal becomes. */
export function refusal(verb: string, resource: string, status: number, text: string): ClusterError {
  const message = `The API server refused to ${verb} ${resource}: HTTP ${status}: ${text}.`;
  return new ClusterError({ verb, resource, status }, message, 'Look at the cluster.');
}

/** A write that was told to stop before it began. */
export function givenUp(verb: string, resource: string): ClusterError {
  const message = `Could not ${verb} ${resource}: the request was given up.`;
  return new ClusterError({ verb, resource, status: null }, message, 'Run it again.');
}

/** What an API server keeps, and the rules by which it changes. */
export class FakeClusterState {
  readonly store: Store = createStore();
  /** All that is served: what was given, and what the definitions that are there bring. */
  kinds: readonly ServedKind[];
  private readonly givenKinds: readonly ServedKind[];
  private readonly now: () => string;
  private lastUid = 0;

  constructor(kinds: readonly ServedKind[], objects: readonly KubernetesObject[], now: () => string) {
    this.givenKinds = [...BUILT_IN_KINDS, ...kinds];
    this.kinds = this.givenKinds;
    this.now = now;
    for (const name of ['default', 'kube-system'])
      this.put(this.born({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    for (const object of objects) this.put(this.born(object));
  }

  select(
    kind: ObjectKind,
    options: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
  ): readonly KubernetesObject[] {
    return this.store.all().filter((object) => isSameKind(object, kind) && isSelected(object, options));
  }

  serves(kind: ObjectKind): boolean {
    return this.kinds.some((candidate) => isSameKind(candidate, kind));
  }

  /** Puts an object there as it is, in the place of the one of its name. */
  set(object: KubernetesObject): KubernetesObject {
    const live = this.store.get(referenceOf(object))?.metadata;
    if (live === undefined) return this.put(this.born(object));
    const metadata = { ...bornAt(live), managedFields: live.managedFields ?? [], ...object.metadata };
    return this.put({ ...object, metadata });
  }

  create(object: KubernetesObject, options: WriteOptions): KubernetesObject {
    const reference = this.require('create', object);
    if (this.store.get(reference)) throw refusal('create', nameOf(reference), 409, 'it already exists');
    const made = this.born({ ...object, status: undefined });
    return this.finish(updated(null, made, options.fieldManager, this.now()), options);
  }

  replace(object: KubernetesObject, options: WriteOptions): KubernetesObject {
    const reference = this.require('replace', object);
    return this.update('replace', reference, options, (live) => ({ ...object, status: live['status'] }));
  }

  patch(
    reference: ObjectReference,
    patch: Patch,
    options: WriteOptions & { readonly subresource?: string },
  ): KubernetesObject {
    this.requireKind('patch', reference);
    return this.update('patch', reference, options, (live) => {
      try {
        return patched(live, patch, options.subresource);
      } catch (error) {
        throw refusal('patch', nameOf(reference), 422, (error as Error).message);
      }
    });
  }

  apply(object: KubernetesObject, options: ApplyOptions): KubernetesObject {
    const reference = this.require('apply', object);
    const live = this.store.get(reference);
    requireVersion('apply', reference, live, object.metadata.resourceVersion);
    const start = live ?? this.born({ ...referenceObject(reference), metadata: identityOf(object.metadata) });
    const result = applied(start, object, options, this.now());
    if (!result.isConflict)
      return live !== null && isSame(live, result.object) ? live : this.finish(result.object, options);
    const text = `${result.managers.join(', ')} manages ${result.fields.join(', ')} with other values`;
    throw refusal('apply', nameOf(reference), 409, text);
  }

  delete(reference: ObjectReference, options: DeleteOptions): boolean {
    const live = this.store.get(reference);
    if (live === null) return false;
    const { uid, resourceVersion } = options;
    if (uid !== undefined && uid !== live.metadata.uid)
      throw refusal('delete', nameOf(reference), 409, `it is ${live.metadata.uid ?? ''}, not ${uid}`);
    requireVersion('delete', reference, live, resourceVersion);
    if (options.dryRun === true) return true;
    if ((live.metadata.finalizers ?? []).length > 0)
      this.put({ ...live, metadata: { deletionTimestamp: this.now(), ...live.metadata } });
    else this.remove(reference);
    if (reference.kind === 'Namespace') this.empty(reference.name);
    return true;
  }

  /** Takes an object away, whatever its finalizers; with a definition, what it defined. */
  remove(reference: ObjectReference): void {
    this.store.remove(reference);
    if (reference.kind === 'CustomResourceDefinition') this.learnKinds();
  }

  requireKind(verb: string, reference: ObjectReference): void {
    if (this.serves(reference)) return;
    const { kind, apiVersion } = reference;
    const message = `The API server refused to ${verb} ${nameOf(reference)}: the server does not know the kind ${kind} (${apiVersion}).`;
    const failure = { verb, resource: nameOf(reference), status: 404 };
    throw new ClusterError(failure, message, 'Install its CustomResourceDefinition.');
  }

  requirePod(verb: string, namespace: string, name: string): void {
    const reference = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    if (!this.store.get(reference)) throw refusal(verb, nameOf(reference), 404, `pods "${name}" not found`);
  }

  private require(verb: string, object: KubernetesObject): ObjectReference {
    const reference = referenceOf(object);
    this.requireKind(verb, reference);
    const { namespace } = reference;
    const home = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: namespace ?? '' };
    if (namespace !== null && !this.store.get(home))
      throw refusal(verb, nameOf(reference), 404, `namespaces "${namespace}" not found`);
    return reference;
  }

  private update(
    verb: string,
    reference: ObjectReference,
    options: WriteOptions,
    change: (live: KubernetesObject) => KubernetesObject,
  ): KubernetesObject {
    const live = this.store.get(reference);
    if (live === null) throw refusal(verb, nameOf(reference), 404, 'it is not there');
    const wanted = change(live);
    requireVersion(verb, reference, live, wanted.metadata.resourceVersion);
    const { resourceVersion } = live.metadata;
    const metadata = {
      ...wanted.metadata,
      ...bornAt(live.metadata),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const written = updated(live, { ...wanted, metadata }, options.fieldManager, this.now());
    return isSame(live, written) ? live : this.finish(written, options);
  }

  /** Writes an object, unless it is a dry run; one without finalizers that is being deleted goes. */
  private finish(object: KubernetesObject, options: { readonly dryRun?: boolean }): KubernetesObject {
    const live = this.store.get(referenceOf(object));
    const isChanged = live === null || JSON.stringify(live['spec']) !== JSON.stringify(object['spec']);
    const generation = (live?.metadata.generation ?? 0) + (isChanged ? 1 : 0);
    const finished = withoutEmptyMaps({ ...object, metadata: { ...object.metadata, generation } });
    if (options.dryRun === true) return finished;
    const stored = this.put(finished);
    const isLeaving = object.metadata.deletionTimestamp !== undefined;
    if (isLeaving && (object.metadata.finalizers ?? []).length === 0) this.remove(referenceOf(object));
    return stored;
  }

  /** Takes all objects of a namespace away, as its controller would. */
  private empty(namespace: string): void {
    const inside = this.store.all().filter((object) => object.metadata.namespace === namespace);
    for (const object of inside) this.remove(referenceOf(object));
  }

  private put(object: KubernetesObject): KubernetesObject {
    const stored = this.store.put(object);
    if (stored.kind === 'CustomResourceDefinition') this.learnKinds();
    return stored;
  }

  /** Objects of a kind that is no longer served are gone. */
  private learnKinds(): void {
    const all = this.store.all();
    const defined = all.flatMap(kindsOfDefinition);
    const isGiven = (kind: ObjectKind): boolean => this.givenKinds.some((given) => isSameKind(given, kind));
    const before = this.kinds;
    this.kinds = [...this.givenKinds, ...defined.filter((kind) => !isGiven(kind))];
    const gone = before.filter((kind) => !this.serves(kind));
    for (const object of all.filter((candidate) => gone.some((kind) => isSameKind(kind, candidate))))
      this.store.remove(referenceOf(object));
  }

  private born(object: KubernetesObject): KubernetesObject {
    this.lastUid += 1;
    const uid = `00000000-0000-4000-8000-${String(this.lastUid).padStart(12, '0')}`;
    const metadata = { uid, creationTimestamp: this.now(), generation: 1, ...object.metadata };
    return { ...object, metadata };
  }
}

function requireVersion(
  verb: string,
  reference: ObjectReference,
  live: KubernetesObject | null,
  version: string | undefined,
): void {
  if (version !== undefined && version !== live?.metadata.resourceVersion)
    throw refusal(verb, nameOf(reference), 409, 'the object has been modified');
}
