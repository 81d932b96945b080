import type { ClusterState } from '../../cluster/cluster-state.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import { EnvironmentError, InputError } from '../../errors.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import type { SecretBox } from '../../ports/secret-box.js';
import type { BundleIndex } from './bundle-index.js';
import { kindOfFolder } from './bundle-kinds.js';
import { compareBundle, type Comparison, editionOf, olderThan } from './compare-bundle.js';
import { listInstallSecrets } from './install-secrets.js';
import { readSecrets } from './read-secrets.js';
import { goesBack, type Trial, tryRestore } from './try-restore.js';
import { UnprovenBundleError } from './unproven-bundle.js';
import { type BundleObject, verifyBundle } from './verify-bundle.js';

export interface ProofOptions {
  /** What the Secrets were encrypted with; null where they were left out. */
  readonly box: SecretBox | null;
  readonly onProgress?: (text: string) => void;
}

/** What was found of a bundle that passed. */
export interface Proof {
  readonly index: BundleIndex;
  /** How many objects the server would take back. */
  readonly tried: number;
  /** How many Secrets were decrypted again; null where there are none, or the key only encrypts. */
  readonly secrets: number | null;
  /** How many objects were changed on the cluster since they were saved. */
  readonly changed: number;
  /** How many are gone from the cluster since. */
  readonly gone: number;
  /** What could not be proven, or is worth knowing: one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Whether a bundle that was just written is a backup: whole and readable, with everything that was there when it was
 * begun, its Secrets decrypted again, and every object one that the API server would take back (a dry run of each).
 * What changes on a living cluster meanwhile is no fault. Writes nothing.
 *
 * @throws UnprovenBundleError with what is wrong; ClusterError where the server does not answer
 */
export async function proveBundle(
  client: ClusterClient,
  reader: BundleReader,
  state: ClusterState,
  { box, onProgress = () => undefined }: ProofOptions,
): Promise<Proof> {
  const { place } = reader;
  onProgress('reading the backup again');
  const { index } = await orUnproven(place, () =>
    verifyBundle(reader, { clusterUid: state.uid, force: false }),
  );
  onProgress('comparing the backup with the cluster');
  const comparison = await compareBundle(client, reader, state, index);
  const secrets = await orUnproven(place, () => proveSecrets(client, reader, state, { index, box }));
  const { trial, changed } = await tryAll(client, reader, { index, comparison, onProgress });
  const faults = [
    ...comparison.missing.map((name) => `${name} is on the cluster and not in the bundle`),
    ...secrets.missing.map((name) => `${name} is on the cluster and not in the bundle`),
    ...trial.refused,
  ];
  if (faults.length > 0) throw new UnprovenBundleError(place, faults);
  const { gone } = comparison;
  const notes = [...secrets.notes, ...trialNotes(trial)];
  return { index, tried: trial.tried, secrets: secrets.count, changed, gone: gone.size, notes };
}

const PROGRESS_EVERY = 500;

async function tryAll(
  client: ClusterClient,
  reader: BundleReader,
  options: {
    readonly index: BundleIndex;
    readonly comparison: Comparison;
    readonly onProgress: (text: string) => void;
  },
): Promise<{ readonly trial: Trial; readonly changed: number }> {
  const { index, comparison, onProgress } = options;
  const total = countToTry(index);
  let changed = 0;
  const isCurrent = ({ path, object }: BundleObject): boolean =>
    comparison.editions.get(path) === editionOf(object);
  const trial = await tryRestore(client, reader, {
    isCurrent,
    onObject(one, before) {
      if (!isCurrent(one) && !comparison.gone.has(one.path)) changed += 1;
      if (before % PROGRESS_EVERY !== 0) return;
      onProgress(`trying to write the backup back: ${before} of ${total} objects`);
    },
  });
  return { trial, changed };
}

function countToTry({ counts }: BundleIndex): number {
  return Object.entries(counts)
    .filter(([folder]) => {
      const kind = kindOfFolder(folder);
      return kind !== null && goesBack(kind);
    })
    .reduce((sum, [, count]) => sum + count, 0);
}

interface SecretsProof {
  readonly count: number | null;
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

async function proveSecrets(
  client: ClusterClient,
  reader: BundleReader,
  state: ClusterState,
  { index, box }: { readonly index: BundleIndex; readonly box: SecretBox | null },
): Promise<SecretsProof> {
  if (index.secrets === 'left-out') return { count: null, missing: [], notes: [] };
  if (box === null)
    throw new UnprovenBundleError(reader.place, ['the Secrets are encrypted, with no key to prove it']);
  if (box.decrypt === null) {
    const note =
      'The Secrets were not decrypted again: the encryption-key is a recipient, which only encrypts.';
    return { count: null, missing: [], notes: [note] };
  }
  const saved = await readSecrets(reader, box.decrypt);
  const names = new Set(saved.map(secretName));
  const isOld = olderThan(index.createdAt);
  const live = await listInstallSecrets(client, state);
  const missing = live.filter((secret) => !names.has(secretName(secret)) && isOld(secret));
  return { count: saved.length, missing: missing.map(secretName), notes: [] };
}

function secretName(secret: KubernetesObject): string {
  return nameOf(referenceOf(secret));
}

function trialNotes({ untried, refusedSince }: Trial): readonly string[] {
  const [first] = untried;
  const [refusal] = refusedSince;
  return [
    ...(first === undefined
      ? []
      : [`${untried.length} objects could not be tried, since a webhook takes no dry run (${first}).`]),
    ...(refusal === undefined
      ? []
      : [
          `${refusedSince.length} objects were changed or removed on the cluster since they were saved, and would be refused now (${refusal}).`,
        ]),
  ];
}

/** What the bundle or its key is refused for is a fault of the bundle here: nobody else made it. */
async function orUnproven<Value>(place: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof EnvironmentError)) throw error;
    throw new UnprovenBundleError(place, [error.message.replace(/\.$/, '')], { cause: error });
  }
}
