import type { KubernetesObject } from '../../ports/cluster-client.js';

/** Sums up objects that pass by, and keeps a few: large kinds are never held whole. */
export interface Accumulator<Result> {
  readonly add: (object: KubernetesObject) => void;
  readonly result: () => Result;
}

/** Keeps all objects, as `keep` leaves them; null leaves an object out. */
export function keepObjects<Kept = KubernetesObject>(
  keep: (object: KubernetesObject) => Kept | null,
): Accumulator<Kept[]> {
  const kept: Kept[] = [];
  return {
    add(object) {
      const part = keep(object);
      if (part !== null) kept.push(part);
    },
    result: () => kept,
  };
}
