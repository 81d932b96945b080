import { mkdirSync } from 'node:fs';
import { identifyProcess, type ProcessIdentity } from './processes.js';

/** The run of tests that this process takes part in. */
export interface TestRun {
  /** The process that runs all test files; clusters of the run belong to it. */
  readonly owner: ProcessIdentity;
  /** Where the test files tell each other which clusters there are. */
  readonly directory: string;
}

/** @throws Error outside a run. */
export function currentRun(): TestRun {
  const owner = identifyProcess(Number(process.env['CALICO_TEST_RUN']));
  const directory = process.env['CALICO_TEST_RUN_DIRECTORY'];
  if (owner === null || directory === undefined) {
    throw new Error('Clusters of a test run need test-cluster/jest-setup.js as the globalSetup.');
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return { owner, directory };
}
