import { ClusterError } from '../../errors.js';
import { referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { fieldChanges } from './field-changes.js';
import { inBatches } from './in-batches.js';
import { type Refusal, refusalOf } from './refusal.js';
import type { ObjectChange } from './object-change.js';

/** The name under which this program writes. */
export const FIELD_MANAGER = 'calico-upgrade-action';

/** What writing the objects would change, as the server says when it is asked without writing. */
export async function tryChanges(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
): Promise<readonly ObjectChange[]> {
  return inBatches(objects, (object) => tryChange(client, object, objects));
}

async function tryChange(
  client: ClusterClient,
  object: KubernetesObject,
  planned: readonly KubernetesObject[],
): Promise<ObjectChange> {
  const reference = referenceOf(object);
  const live = await readLive(client, object);
  if (live === 'unreadable') {
    return {
      object: reference,
      action: 'update',
      fields: [],
      dryRun: 'not-tried',
      note: 'The object could not be read.',
    };
  }
  const action = live === null ? 'create' : 'update';
  try {
    const after = await client.apply(object, { fieldManager: FIELD_MANAGER, dryRun: true, force: true });
    const fields = live === null ? [] : fieldChanges(live, after);
    return {
      object: reference,
      action: live !== null && fields.length === 0 ? 'unchanged' : action,
      fields,
      dryRun: 'accepted',
      note: '',
    };
  } catch (error) {
    const refusal = error instanceof ClusterError ? refusalOf(error, planned) : null;
    if (!(error instanceof ClusterError) || refusal === null) throw error;
    return { object: reference, action, fields: [], ...OUTCOMES[refusal](error.message) };
  }
}

const OUTCOMES: Readonly<Record<Refusal, (message: string) => Pick<ObjectChange, 'dryRun' | 'note'>>> = {
  permission: () => ({ dryRun: 'not-tried', note: 'The account may not write, not even without effect.' }),
  awaited: () => ({ dryRun: 'not-tried', note: 'It needs what an earlier stage makes.' }),
  webhook: (message) => ({ dryRun: 'unanswered', note: message }),
  refused: (message) => ({ dryRun: 'refused', note: message }),
};

async function readLive(
  client: ClusterClient,
  object: KubernetesObject,
): Promise<KubernetesObject | null | 'unreadable'> {
  try {
    return await client.get(referenceOf(object));
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return 'unreadable';
    throw error;
  }
}
