import { existsSync } from 'node:fs';
import { InputError } from '../../src/errors.js';
import { directoryOf, listClusterDirectories, readRecord } from '../cluster-directory.js';
import { removeAbandonedClusters, removeCluster } from '../remove-cluster.js';

/**
 * Takes down the cluster of this ID, or the only one, or all that were brought `up`, and what is abandoned.
 *
 * @returns the IDs of those that are gone now.
 * @throws InputError where there is no such cluster, or it takes an ID to tell.
 */
export async function takeDown(id: string | null, all: boolean): Promise<readonly string[]> {
  const abandoned = await removeAbandonedClusters();
  const chosen = id === null ? keptClusters(all) : [directoryOfId(id)];
  for (const directory of chosen) await removeCluster(directory);
  return [...new Set([...abandoned, ...chosen])].map(idOf);
}

function directoryOfId(id: string): string {
  const directory = directoryOf(id);
  if (!/^[a-z0-9]{6}$/.test(id) || !existsSync(directory)) {
    throw new InputError('down', `There is no cluster ${id}.`, '`npm run cluster -- status` lists all.');
  }
  return directory;
}

/** Those of tests that run are theirs to take down. */
function keptClusters(all: boolean): readonly string[] {
  const kept = listClusterDirectories().filter((directory) => readRecord(directory)?.owner === null);
  if (kept.length > 1 && !all) {
    throw new InputError(
      'down',
      `There are ${kept.length} clusters: ${kept.map(idOf).join(', ')}.`,
      'Say which one, or --all.',
    );
  }
  return kept;
}

function idOf(directory: string): string {
  return directory.slice(directory.lastIndexOf('-') + 1);
}
