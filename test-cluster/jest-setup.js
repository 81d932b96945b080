import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const PREFIX = 'calico-test-run-';

/**
 * Tells all workers which run of the tests they belong to, and where its test files tell each other which clusters there
 * are. Costs nothing where no test asks for a cluster, and no run that did was killed.
 */
export default function setUp() {
  process.env['CALICO_TEST_RUN'] = String(process.pid);
  process.env['CALICO_TEST_RUN_DIRECTORY'] = join(tmpdir(), `${PREFIX}${process.pid}`);
  if (readdirSync(tmpdir()).some((name) => name.startsWith(PREFIX))) removeAbandonedRuns();
}

function removeAbandonedRuns() {
  const program = join(import.meta.dirname, 'begin-run.ts');
  // Tests run all the same where something cannot be removed; it says why.
  spawnSync(process.execPath, ['--import', 'tsx', program], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
  });
}
