import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listOwnDirectories } from './cluster-directory.js';
import { identifyProcess, isRunning, type ProcessIdentity } from './processes.js';

/** The run of tests that this process takes part in. */
export interface TestRun {
  /** The process that runs all test files; clusters of the run belong to it. */
  readonly owner: ProcessIdentity;
  /** Where the test files tell each other which clusters there are. */
  readonly directory: string;
}

/** As test-cluster/jest-setup.js names the directories; a pid follows. */
const PREFIX = 'calico-test-run-';

/** @throws Error outside a run. */
export function currentRun(): TestRun {
  const owner = identifyProcess(Number(process.env['CALICO_TEST_RUN']));
  const directory = process.env['CALICO_TEST_RUN_DIRECTORY'];
  if (owner === null || directory === undefined) {
    throw new Error('Clusters of a test run need test-cluster/jest-setup.js as the globalSetup.');
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!existsSync(ownerFile(directory))) recordOwner(directory, owner);
  return { owner, directory };
}

/**
 * Removes the directories of runs whose process is gone. To be called before the run `self` makes one: what bears its
 * pid by then is of an earlier process.
 */
export function removeAbandonedRuns(self: number): void {
  for (const directory of listOwnDirectories(PREFIX)) {
    const owner = readOwner(directory);
    const pid = Number(basename(directory).slice(PREFIX.length));
    const isAlive = owner === null ? pid !== self && identifyProcess(pid) !== null : isRunning(owner);
    if (!isAlive) rmSync(directory, { recursive: true, force: true });
  }
}

function ownerFile(directory: string): string {
  return join(directory, 'owner.json');
}

function recordOwner(directory: string, owner: ProcessIdentity): void {
  const own = `${ownerFile(directory)}.${process.pid}`;
  writeFileSync(own, JSON.stringify(owner));
  renameSync(own, ownerFile(directory));
}

/** null where the run was killed before it said who it was. */
function readOwner(directory: string): ProcessIdentity | null {
  if (!existsSync(ownerFile(directory))) return null;
  return JSON.parse(readFileSync(ownerFile(directory), 'utf8')) as ProcessIdentity;
}
