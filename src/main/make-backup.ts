import { createBundleDirectory } from '../adapters/bundle-directory.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { EnvironmentError } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';
import type { SecretBox } from '../ports/secret-box.js';
import { type Proof, proveBundle } from '../upgrade/backup/prove-bundle.js';
import { saveBundle } from '../upgrade/backup/save-bundle.js';
import type { BackupTarget } from './backup-target.js';

/** Whoever goes back may do so months later; a repository that keeps artifacts for less time has its own way. */
const RETENTION_DAYS = 90;

export interface BackupOptions {
  /** Where it is to be; not there yet, or empty. */
  readonly directory: string;
  /** Version of this program. */
  readonly madeBy: string;
  /** Address of the run; empty on a terminal. */
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** null where there is no encryption-key, and Secrets are left out. */
  readonly box: SecretBox | null;
  /** null outside of a workflow. */
  readonly target: BackupTarget | null;
}

/** A backup that passed its proof. */
export interface Backup {
  readonly directory: string;
  /** Name of the artifact; null where it was not uploaded. */
  readonly artifact: string | null;
  readonly proof: Proof;
}

/**
 * Makes a backup, proves that it is one, and uploads it. Where it does not pass nothing is left of it. That it cannot be uploaded is a warning: it is there.
 *
 * @throws UnprovenBundleError, InputError, EnvironmentError, ClusterError
 */
export async function makeBackup(
  client: ClusterClient,
  state: ClusterState,
  reporter: Reporter,
  options: BackupOptions,
): Promise<Backup> {
  const { directory } = options;
  const proof = await save(client, state, reporter, options);
  for (const note of proof.notes) reporter.warning(note);
  reporter.info(describe(directory, proof));
  return { directory, artifact: await upload(directory, reporter, options), proof };
}

/** The bundle appears once it is proven, so that nobody takes one for a backup that is none. */
async function save(
  client: ClusterClient,
  state: ClusterState,
  { progress: onProgress }: Reporter,
  { directory, box, madeBy, run, now }: BackupOptions,
): Promise<Proof> {
  const writer = await createBundleDirectory(directory);
  const proofs: Proof[] = [];
  await saveBundle(client, state, writer, {
    madeBy,
    createdAt: new Date(now()).toISOString(),
    run,
    encrypt: box?.encrypt ?? null,
    onProgress,
    prove: async (reader) => {
      proofs.push(await proveBundle(client, reader, state, { box, onProgress }));
    },
  });
  const [proof] = proofs;
  if (proof === undefined) throw new Error('The backup was not proven.');
  return proof;
}

function describe(directory: string, { index, tried, secrets }: Proof): string {
  const objects = Object.values(index.counts).reduce((sum, count) => sum + count, 0);
  const kept =
    index.secrets === 'left-out'
      ? 'Secrets are left out, since there is no encryption-key'
      : secrets === null
        ? 'Secrets are encrypted'
        : `${secrets} Secrets are encrypted`;
  return `The backup in ${directory} has ${objects} objects, and the API server would take all ${tried} back that a rollback writes; ${kept}.`;
}

async function upload(
  directory: string,
  reporter: Reporter,
  { target }: BackupOptions,
): Promise<string | null> {
  if (target === null) {
    reporter.info(`The backup is not uploaded, since this is no job of a workflow: keep ${directory}.`);
    return null;
  }
  try {
    await target.store.upload(target.name, directory, RETENTION_DAYS);
    reporter.info(`The backup was uploaded as the artifact ${target.name}.`);
    return target.name;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    reporter.warning(`${error.message} ${error.remedy}`);
    return null;
  }
}
