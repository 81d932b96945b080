import { EventEmitter, on } from 'node:events';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  WatchEvent,
  WatchOptions,
} from '../../ports/cluster-client.js';
import { afterEvent, type KnownObjects } from './known-objects.js';

/** A client whose watches stay open. */
export interface KeptWatches {
  readonly client: ClusterClient;
  /** Ends all watches. */
  readonly close: () => void;
}

/**
 * A client that keeps the watch of a collection open once it was asked for: who asks for the same one later gets what is
 * known by then as the snapshot, which lags behind the API server by as much as any watch does, and all that happens from
 * there on. Watches of single objects are not kept. One that fails does so for everybody who watches; the next who asks
 * begins anew.
 */
export function keepWatches(client: ClusterClient): KeptWatches {
  const over = new AbortController();
  const kept = new Map<string, Collection>();

  function collectionOf(kind: ObjectKind, { namespace, labelSelector }: WatchOptions): Collection {
    const key = JSON.stringify([kind.apiVersion, kind.kind, namespace, labelSelector]);
    const there = kept.get(key);
    if (there) return there;
    const options = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
    const collection = follow(client.watch(kind, { ...options, signal: over.signal }), () =>
      kept.delete(key),
    );
    kept.set(key, collection);
    return collection;
  }

  async function* watch(kind: ObjectKind, options: WatchOptions = {}): AsyncGenerator<WatchEvent> {
    const { signal } = options;
    if (signal?.aborted) return;
    const { known, news } = collectionOf(kind, options);
    const heard = on(news, 'event', { close: ['end'], ...(signal ? { signal } : {}) });
    const objects = known();
    try {
      if (objects !== null) yield { type: 'snapshot', objects };
      for await (const [event] of heard) yield event as WatchEvent;
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      // Who goes away after the snapshot never began with the rest
      await heard.return?.();
    }
  }

  return {
    client: {
      ...client,
      watch: (kind, options) =>
        options?.fieldSelector === undefined ? watch(kind, options) : client.watch(kind, options),
    },
    close: () => {
      over.abort();
    },
  };
}

/** What is known of a collection. */
interface Collection {
  /** Null as long as nothing was said. */
  readonly known: () => readonly KubernetesObject[] | null;
  /** `event` for each, `error` where the watch failed, `end` where it was closed. */
  readonly news: EventEmitter;
}

function follow(events: AsyncIterable<WatchEvent>, forget: () => void): Collection {
  const news = new EventEmitter().setMaxListeners(0);
  // Nobody needs to be there when a watch fails: who comes next begins anew
  news.on('error', () => undefined);
  let known: KnownObjects | null = null;

  async function listen(): Promise<void> {
    for await (const event of events) {
      known = afterEvent(known, event);
      news.emit('event', event);
    }
  }

  listen()
    .finally(forget)
    .then(
      () => news.emit('end'),
      (error: unknown) => news.emit('error', error),
    );
  return { known: () => known && [...known.values()], news };
}
