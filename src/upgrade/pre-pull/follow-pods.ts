import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { POD } from '../gates/workload.js';

/** Is told of a pod whenever it changes, and null once it is gone. */
export type PodListener = (pod: KubernetesObject | null) => void;

/** One watch over many pods, of which only those are heeded that somebody listens to. */
export interface FollowedPods {
  /** Gives what ends it. */
  readonly listen: (name: string, listener: PodListener) => () => void;
  /** Rejects with the ClusterError that ended the watch; resolves where `signal` did. */
  readonly ended: Promise<void>;
}

/** Follows the pods of a namespace that a label selector selects; keeps none of them. */
export function followPods(
  client: ClusterClient,
  options: { readonly namespace: string; readonly labelSelector: string; readonly signal: AbortSignal },
): FollowedPods {
  const listeners = new Map<string, { readonly tell: PodListener; wasSeen: boolean }>();

  function see(pod: KubernetesObject): void {
    const listener = listeners.get(pod.metadata.name);
    if (!listener) return;
    listener.wasSeen = true;
    listener.tell(pod);
  }

  function seeAll(pods: readonly KubernetesObject[]): void {
    const there = new Set(pods.map(({ metadata }) => metadata.name));
    for (const pod of pods) see(pod);
    // One that was not seen yet may be on its way
    for (const [name, { tell, wasSeen }] of listeners) if (wasSeen && !there.has(name)) tell(null);
  }

  async function follow(): Promise<void> {
    for await (const event of client.watch(POD, options)) {
      if (event.type === 'snapshot') seeAll(event.objects);
      else if (event.type === 'deleted') listeners.get(event.object.metadata.name)?.tell(null);
      else see(event.object);
    }
  }

  const ended = follow();
  ended.catch(() => undefined);
  return {
    ended,
    listen(name, tell) {
      listeners.set(name, { tell, wasSeen: false });
      return () => void listeners.delete(name);
    },
  };
}
