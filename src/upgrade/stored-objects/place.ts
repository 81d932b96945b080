import { joinField } from '../customisations/field-path.js';

/** Where a value stands, from the field up; null for the object itself. Written out only where there is something to say. */
export interface Place {
  readonly parent: Place | null;
  /** A number for an item of a list. */
  readonly name: string | number;
}

/** `spec.ingress[0].protocol`; empty for the object itself. */
export function pathOf(place: Place | null): string {
  if (place === null) return '';
  const parent = pathOf(place.parent);
  return typeof place.name === 'number' ? `${parent}[${place.name}]` : joinField(parent, place.name);
}

/** Makes something of an object once, and keeps it as long as the object lives. */
export function remember<Key extends object, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new WeakMap<Key, { readonly value: Made }>();
  return (key) => {
    const known = made.get(key) ?? { value: make(key) };
    made.set(key, known);
    return known.value;
  };
}
