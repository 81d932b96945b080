import { ClusterError } from '../../errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  WatchOptions,
} from '../../ports/cluster-client.js';

/** What limits a wait. */
export interface Waiting {
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Ends early where the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly timeoutMs: number;
}

/** Objects to watch. */
export interface Source {
  readonly kind: ObjectKind;
  readonly options: Omit<WatchOptions, 'signal'>;
}

/** What the objects say together: `waiting` may become `done`; `failed` cannot heal by itself. */
export type Sight =
  | { readonly kind: 'done' }
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Objects of each source, in the order of the sources. */
export type Seen = readonly (readonly KubernetesObject[])[];

/** How a wait ended that was told to stop. */
export const INTERRUPTED = 'interrupted';

/**
 * Watches until what is seen is done or has failed, or time is up. Judges whenever anything changes, and asks for nothing
 * in between.
 *
 * @returns null where it is done; why not, otherwise
 */
export async function waitFor(
  client: ClusterClient,
  sources: readonly Source[],
  judge: (seen: Seen) => Sight,
  { signal, sleep, timeoutMs }: Waiting,
): Promise<string | null> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const known: (Map<string, KubernetesObject> | null)[] = sources.map(() => null);
  const last: { sight: Sight } = {
    sight: { kind: 'waiting', reason: 'the API server has not answered yet' },
  };

  async function follow({ kind, options }: Source, index: number): Promise<void> {
    for await (const event of client.watch(kind, { ...options, signal: stop })) {
      if (event.type === 'snapshot') known[index] = new Map(event.objects.map((one) => [keyOf(one), one]));
      else if (event.type === 'deleted') known[index]?.delete(keyOf(event.object));
      else known[index]?.set(keyOf(event.object), event.object);
      const seen = known.flatMap((objects) => (objects === null ? [] : [[...objects.values()]]));
      if (seen.length < sources.length) continue;
      // What was said first counts, though another source may say more before anybody hears of it
      if (last.sight.kind === 'waiting') last.sight = judge(seen);
      if (last.sight.kind !== 'waiting') return;
    }
  }

  const followed = sources.map((source, index) => follow(source, index));
  for (const one of followed) one.catch(() => undefined);
  try {
    await Promise.race([sleep(timeoutMs, stop), ...followed]);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return `${error.message} ${error.remedy}`;
  } finally {
    over.abort();
  }
  const { sight } = last;
  if (sight.kind === 'done') return null;
  if (sight.kind === 'failed') return sight.reason;
  return signal.aborted ? INTERRUPTED : `not done within ${Math.round(timeoutMs / 1000)} s: ${sight.reason}`;
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
