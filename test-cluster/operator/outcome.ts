import type { KubernetesObject } from '../../src/ports/cluster-client.js';

/** A workload that a status is about. */
export interface Watched {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly namespace: string;
  readonly name: string;
}

/** How far a pass of a controller got; `generation` is that of the object that it read, 0 where it reads none. */
export type Outcome =
  /** The object that it is about is not there: its TigeraStatus goes. */
  | { readonly type: 'absent' }
  /** It waits, and says nothing of it: its TigeraStatus stays as it was. */
  | { readonly type: 'waiting'; readonly generation: number }
  | {
      readonly type: 'degraded';
      readonly generation: number;
      readonly reason: string;
      readonly message: string;
      /** What went wrong; empty where the message says it all. */
      readonly error: string;
    }
  /** It did all there is to do: from now on its workloads tell how it goes. */
  | { readonly type: 'done'; readonly generation: number; readonly watched: readonly Watched[] };

/** A pass that ends with a complaint (`SetDegraded`). */
export function degraded(generation: number, reason: string, message: string, error = ''): Outcome {
  return { type: 'degraded', generation, reason, message, error };
}

/** The workloads among objects. */
export function watchedOf(objects: readonly KubernetesObject[]): Watched[] {
  return objects.flatMap(({ kind, metadata }) =>
    kind === 'DaemonSet' || kind === 'Deployment'
      ? [{ kind, namespace: metadata.namespace ?? '', name: metadata.name }]
      : [],
  );
}
