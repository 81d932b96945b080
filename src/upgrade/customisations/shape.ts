/**
 * What a field holds, as far as comparing and merging must know: which lists have keys, what the API server fills in,
 * which values are written in several ways.
 */
export type Shape =
  | FreeShape
  | AtomicShape
  | MapShape
  | ListShape
  | SetShape
  | QuantityShape
  | ImageShape
  | RulesShape
  | DataShape;

interface Defaulted {
  /** What the API server fills in where nothing is said; several where it depends on something else. */
  readonly defaults?: readonly unknown[];
}

/** Maps are merged key by key, lists and scalars as a whole. What no other shape is named for. */
export interface FreeShape extends Defaulted {
  readonly kind: 'free';
}

/** Merged as a whole, whatever it holds. */
export interface AtomicShape extends Defaulted {
  readonly kind: 'atomic';
}

export interface MapShape extends Defaulted {
  readonly kind: 'map';
  readonly fields: Readonly<Record<string, Shape>>;
  /** Fields that are not named; free where nothing is said. */
  readonly rest?: Shape;
  /** Of these only one may be set: a change from one to another is a change of the whole map. */
  readonly oneOf?: readonly string[];
  /** The field that says which of the others may be set: a change of it is a change of the whole map. */
  readonly by?: string;
}

/** A list whose items have names. */
export interface ListShape {
  readonly kind: 'list';
  /** Fields that name an item together. */
  readonly keys: readonly string[];
  /** What a key field means where it is not set: `protocol` of a port. */
  readonly keyDefaults?: Readonly<Record<string, string>>;
  readonly item: MapShape;
  /** Items that upstream renamed, either way round: `[['mount-bpffs', 'ebpf-bootstrap']]`. */
  readonly renamed?: readonly (readonly [string, string])[];
}

/** A list whose order says nothing, of items without names. */
export interface SetShape {
  readonly kind: 'set';
  /** Fields of an item and what they mean where they are not set: `operator: Equal` of a toleration. */
  readonly itemDefaults?: Readonly<Record<string, string>>;
}

/** `250m`, `0.25`, `1Gi`. */
export interface QuantityShape {
  readonly kind: 'quantity';
}

/** An image reference. */
export interface ImageShape {
  readonly kind: 'image';
}

/** Rules of RBAC: what matters is which verbs they allow on what. */
export interface RulesShape {
  readonly kind: 'rules';
}

/** A value of a ConfigMap: JSON, with placeholders that install-cni fills in, or any text. */
export interface DataShape {
  readonly kind: 'data';
}

export const FREE: FreeShape = { kind: 'free' };
export const ATOMIC: AtomicShape = { kind: 'atomic' };
export const QUANTITY: QuantityShape = { kind: 'quantity' };

/** A field for which the API server fills in one of these. */
export function defaultsTo(...defaults: readonly unknown[]): FreeShape {
  return { kind: 'free', defaults };
}

export function mapOf(
  fields: Readonly<Record<string, Shape>>,
  more: Omit<MapShape, 'kind' | 'fields'> = {},
): MapShape {
  return { kind: 'map', fields, ...more };
}

export function listBy(
  keys: readonly string[],
  item: MapShape,
  more: Omit<ListShape, 'kind' | 'keys' | 'item'> = {},
): ListShape {
  return { kind: 'list', keys, item, ...more };
}

/** The shape of a field of a map. */
export function shapeOfField(shape: Shape, name: string): Shape {
  if (shape.kind !== 'map') return FREE;
  return Object.hasOwn(shape.fields, name) ? (shape.fields[name] ?? FREE) : (shape.rest ?? FREE);
}
