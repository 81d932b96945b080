import type { KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';

/** Something that happened to an object. */
export interface StoredEvent {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubernetesObject;
  /** What the object was before; null where it was not. */
  readonly before: KubernetesObject | null;
}

/** Objects with their versions, and all that happened to them, in order. */
export interface Store {
  readonly get: (reference: ObjectReference) => KubernetesObject | null;
  readonly all: () => readonly KubernetesObject[];
  /** Writes an object with a new resource version. */
  readonly put: (object: KubernetesObject) => KubernetesObject;
  readonly remove: (reference: ObjectReference) => void;
  readonly version: () => string;
  readonly events: readonly StoredEvent[];
  /** Is settled when something happens next. */
  readonly changed: () => Promise<void>;
  /** Wakes who waits for a change. */
  readonly wake: () => void;
}

export function createStore(): Store {
  const objects = new Map<string, KubernetesObject>();
  const events: StoredEvent[] = [];
  let version = 1;
  let waiting: (() => void)[] = [];

  function wake(): void {
    const awake = waiting;
    waiting = [];
    for (const proceed of awake) proceed();
  }

  function happen(event: StoredEvent): void {
    events.push(event);
    wake();
  }

  return {
    events,
    wake,
    get: (reference) => objects.get(keyOf(reference)) ?? null,
    all: () => [...objects.values()].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1)),
    version: () => String(version),
    changed: () => new Promise((resolve) => waiting.push(resolve)),
    put(object) {
      version += 1;
      const metadata = { ...object.metadata, resourceVersion: String(version) };
      const stored = freeze(structuredClone({ ...object, metadata }));
      const before = objects.get(keyOfObject(object)) ?? null;
      objects.set(keyOfObject(object), stored);
      happen({ type: before === null ? 'added' : 'modified', object: stored, before });
      return stored;
    },
    remove(reference) {
      const before = objects.get(keyOf(reference));
      if (before === undefined) return;
      version += 1;
      objects.delete(keyOf(reference));
      const metadata = { ...before.metadata, resourceVersion: String(version) };
      happen({ type: 'deleted', object: freeze({ ...before, metadata }), before });
    },
  };
}

/** An object as what it is called. */
export function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return [apiVersion, kind, namespace ?? '', name].join('\0');
}

function keyOfObject(object: KubernetesObject): string {
  return keyOf(referenceOf(object));
}

function orderOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** What was given out must not change behind the store's back. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}
