import { EnvironmentError } from '../../src/errors.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';

/**
 * A client that looks before each write whether it is still asked for: the process of an operator has ended before its pods
 * are gone, whatever it was about to write.
 *
 * @throws EnvironmentError from a write that nobody asks for any more
 */
export function whileAsked(client: ClusterClient, isAsked: () => Promise<boolean>): ClusterClient {
  async function asked<Answer>(write: () => Promise<Answer>): Promise<Answer> {
    if (await isAsked()) return write();
    throw new EnvironmentError('The operator was stopped in the middle of a pass.', 'Nothing is to be done.');
  }
  return {
    ...client,
    apply: (...call) => asked(() => client.apply(...call)),
    create: (...call) => asked(() => client.create(...call)),
    replace: (...call) => asked(() => client.replace(...call)),
    patch: (...call) => asked(() => client.patch(...call)),
    delete: (...call) => asked(() => client.delete(...call)),
  };
}
