import type { ClusterClient, ObjectReference } from '../../src/ports/cluster-client.js';
import { referenceOf } from '../../src/cluster/object-name.js';

/** The moment in a run at which its process dies. */
export interface Cut {
  /** Which of its writes, from 1. */
  readonly write: number;
  /** Whether the server carries that write out. */
  readonly when: 'before' | 'after';
}

export interface DyingClient extends ClusterClient {
  /** What was written so far, or was about to be: `replace DaemonSet calico-node`. */
  readonly writes: () => readonly string[];
  readonly isDead: () => boolean;
  /** Ends it here and now. */
  readonly die: () => void;
}

type Verb = 'apply' | 'create' | 'replace' | 'patch' | 'delete';

/**
 * A client that dies with a write, before or after it: nothing is answered from then on, and nothing written. Dry runs do
 * not count, and neither do renewals of the lock, which come by the clock.
 *
 * @param isCounted which writes (`replace DaemonSet calico-node`) count besides; all where nothing is said
 */
export function dyingClient(
  client: ClusterClient,
  cut: Cut | null,
  isCounted: (write: string) => boolean = () => true,
): DyingClient {
  const writes: string[] = [];
  const death = new AbortController();
  const killed = new Promise<never>((_, reject) => {
    death.signal.addEventListener('abort', () => reject(new Error('killed')));
  });
  killed.catch(() => undefined);

  function requireLife(): void {
    if (death.signal.aborted) throw new Error('killed');
  }

  /** What is under way has no answer once it is dead, whatever it waits for. */
  function alive<T>(run: () => Promise<T>): Promise<T> {
    requireLife();
    return Promise.race([run(), killed]);
  }

  async function write<T>(
    verb: Verb,
    { kind, name }: ObjectReference,
    isDryRun: boolean,
    run: () => Promise<T>,
  ): Promise<T> {
    requireLife();
    if (isDryRun || (kind === 'Lease' && verb === 'replace')) return alive(run);
    const text = `${verb} ${kind} ${name}`;
    if (!isCounted(text)) return alive(run);
    writes.push(text);
    const isCut = writes.length === cut?.write;
    if (isCut && cut.when === 'before') death.abort();
    const result = await alive(run);
    if (isCut) death.abort();
    requireLife();
    return result;
  }

  async function* living<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
    const iterator = pages[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await alive(() => iterator.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      const ended = iterator.return?.().catch(() => undefined);
      if (!death.signal.aborted) await ended;
    }
  }

  const guard =
    <Args extends readonly unknown[], T>(run: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> =>
      alive(() => run(...args));

  return {
    ...client,
    writes: () => writes,
    isDead: () => death.signal.aborted,
    die: () => death.abort(),
    version: guard(client.version),
    discover: guard(client.discover),
    get: guard(client.get),
    read: guard(client.read),
    exec: guard(client.exec),
    logs: guard(client.logs),
    canI: guard(client.canI),
    canUser: guard(client.canUser),
    list: (kind, options) => living(client.list(kind, options)),
    watch: (kind, options) => living(client.watch(kind, options)),
    create: (object, options) =>
      write('create', referenceOf(object), options.dryRun === true, () => client.create(object, options)),
    replace: (object, options) =>
      write('replace', referenceOf(object), options.dryRun === true, () => client.replace(object, options)),
    apply: (object, options) =>
      write('apply', referenceOf(object), options.dryRun === true, () => client.apply(object, options)),
    patch: (reference, patch, options) =>
      write('patch', reference, options.dryRun === true, () => client.patch(reference, patch, options)),
    delete: (reference, options) =>
      write('delete', reference, options?.dryRun === true, () => client.delete(reference, options)),
  };
}
