import { canonicalText } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import { ClusterError } from '../../errors.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import type { SecretBox } from '../../ports/secret-box.js';
import type { BundleIndex } from '../backup/bundle-index.js';
import { readSecrets } from '../backup/read-secrets.js';
import { inBatches } from '../plan/in-batches.js';
import { isRendered } from './rendered.js';
import type { RestoreItem } from './restore-item.js';

/** Whether the Secrets of a bundle were compared with the cluster's, or why not. */
export type SecretsLook = 'compared' | 'left-out' | 'no-key' | 'key-only-encrypts' | 'forbidden';

export interface PlannedSecrets {
  readonly look: SecretsLook;
  readonly items: readonly RestoreItem[];
  /** Secrets in which Helm keeps its releases. */
  readonly releases: readonly KubernetesObject[];
}

const NOTHING = { items: [], releases: [] } as const;

/**
 * Compares the Secrets of a bundle with the cluster's. One that is gone is made anew; one that is another by now stays: a
 * renewed certificate is newer than any bundle. Helm's releases and what the operator makes by itself are left to them.
 * Nothing of what is in a Secret is in an item but in what is to be written.
 *
 * @throws InputError where the key is another one, or the Secrets are damaged; ClusterError where the cluster cannot be read
 */
export async function planSecrets(
  client: ClusterClient,
  reader: BundleReader,
  { secrets, method }: Pick<BundleIndex, 'secrets' | 'method'>,
  box: SecretBox | null,
): Promise<PlannedSecrets> {
  if (secrets === 'left-out') return { look: 'left-out', ...NOTHING };
  if (box === null) return { look: 'no-key', ...NOTHING };
  if (box.decrypt === null) return { look: 'key-only-encrypts', ...NOTHING };
  const all = await readSecrets(reader, box.decrypt);
  const saved = all.filter((secret) => !isOfHelm(secret) && (method === 'manifest' || !isRendered(secret)));
  try {
    const items = await inBatches(saved, (secret) => judgeSecret(client, secret));
    return { look: 'compared', items: items.filter((item) => item !== null), releases: all.filter(isOfHelm) };
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return { look: 'forbidden', ...NOTHING };
    throw error;
  }
}

async function judgeSecret(client: ClusterClient, saved: KubernetesObject): Promise<RestoreItem | null> {
  const object = referenceOf(saved);
  const live = await client.get(object);
  const item = { object, class: 'install', stage: 'config', fields: [], live: null } as const;
  if (live === null) return { ...item, action: 'create', why: 'It is gone.', saved };
  if (contentOf(live) === contentOf(saved)) return null;
  const why = 'It is another one by now, as a renewed certificate would be.';
  return { ...item, action: 'keep', why, saved: null };
}

function isOfHelm({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.['owner'] === 'helm';
}

function contentOf({ type, data }: KubernetesObject): string {
  return canonicalText([type ?? 'Opaque', data ?? {}]);
}
