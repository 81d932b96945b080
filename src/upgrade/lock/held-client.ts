import type { ClusterClient, DeleteOptions, WriteOptions } from '../../ports/cluster-client.js';

/**
 * A client of which no write is tried any more once the lock is lost; what is under way is waited for, so that its outcome
 * is known. Dry runs change nothing, and go on.
 *
 * @param lost aborted when the lock may be another run's
 */
export function whileHeld(client: ClusterClient, lost: AbortSignal): ClusterClient {
  function held<Options extends WriteOptions | DeleteOptions>(options: Options): Options {
    if (options.dryRun === true) return options;
    const signal = options.signal ? AbortSignal.any([options.signal, lost]) : lost;
    return { ...options, signal };
  }
  return {
    ...client,
    apply: (object, options) => client.apply(object, held(options)),
    create: (object, options) => client.create(object, held(options)),
    replace: (object, options) => client.replace(object, held(options)),
    patch: (reference, patch, options) => client.patch(reference, patch, held(options)),
    delete: (reference, options = {}) => client.delete(reference, held(options)),
  };
}
