import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../src/errors.js';
import { withLock } from './file-lock.js';
import { openCluster } from './open-cluster.js';
import { type ProcessIdentity } from './processes.js';
import { startCluster } from './start-cluster.js';
import { currentRun } from './test-run.js';
import { type ClusterOptions, type TestCluster } from './types.js';

/** What one test file tells the others of a cluster: where it is, or why there is none. */
type Outcome = { readonly directory: string } | { readonly failure: string };

/**
 * The cluster that all test files of a run share which ask for the same; started by the first of them, taken down when
 * the run ends. What a test makes in it has to be in a namespace of its own ({@link ownNamespace}).
 *
 * @throws EnvironmentError where it could not be started, by this file or another one.
 */
export async function sharedCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { owner, directory } = currentRun();
  const path = join(directory, `${keyOf(options)}.json`);
  const outcome = await withLock(`${path}.lock`, async () => {
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Outcome;
    const first = await tryStart(options, owner);
    writeFileSync(path, JSON.stringify(first));
    return first;
  });
  if ('failure' in outcome)
    throw new EnvironmentError(outcome.failure, 'The first test file that wanted it says more.');
  return openCluster(outcome.directory);
}

/** A cluster for one test (file) alone: stop it at the end. One that is not stopped goes with the run. */
export function ownCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  return startCluster(options, currentRun().owner);
}

async function tryStart(options: ClusterOptions, owner: ProcessIdentity): Promise<Outcome> {
  try {
    const { directory } = await startCluster(options, owner);
    return { directory };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function keyOf(options: ClusterOptions): string {
  const entries = Object.entries({ ...options, onProgress: null }).sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 12);
}
