import { listAt } from '../../cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { inBatches } from '../plan/in-batches.js';
import { namedSources } from './few.js';
import { type Failure, type Seen, type Sight, waitFor, type Waiting } from './wait-for.js';

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

/**
 * Waits until definitions are Established. Most are at once: those that are not are watched, so that a cluster with many
 * and large ones is not read as a whole.
 */
export async function passEstablished(
  client: ClusterClient,
  names: readonly string[],
  waiting: Waiting,
): Promise<Failure | null> {
  const found = await inBatches(names, async (name) =>
    isEstablished(await client.get({ ...DEFINITION, namespace: null, name })) ? [] : [name],
  );
  const wanting = found.flat();
  if (wanting.length === 0) return null;
  return waitFor(client, namedSources(DEFINITION, wanting), establishedIn(wanting), waiting);
}

function establishedIn(names: readonly string[]): (seen: Seen) => Sight {
  return (seen) => {
    const byName = new Map(seen.flat().map((definition) => [definition.metadata.name, definition]));
    const wanting = names.find((name) => !isEstablished(byName.get(name)));
    return wanting === undefined
      ? { kind: 'done' }
      : { kind: 'waiting', reason: `the definition ${wanting} is not Established` };
  };
}

function isEstablished(definition: KubernetesObject | null | undefined): boolean {
  return listAt(definition, 'status', 'conditions').some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
}
