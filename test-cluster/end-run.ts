/** Takes down what the run of tests that has just ended left. */
import { rmSync } from 'node:fs';
import { ActionError } from '../src/errors.js';
import { listClusterDirectories, readRecord } from './cluster-directory.js';
import { removeCluster } from './remove-cluster.js';
import { currentRun } from './test-run.js';

const { owner, directory } = currentRun();
try {
  for (const cluster of listClusterDirectories()) {
    if (readRecord(cluster)?.owner?.pid === owner.pid) await removeCluster(cluster);
  }
  rmSync(directory, { recursive: true, force: true });
} catch (error) {
  if (!(error instanceof ActionError)) throw error;
  console.error(`error: ${error.message} ${error.remedy}`);
  process.exitCode = 1;
}
