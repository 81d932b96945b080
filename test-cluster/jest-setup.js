import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Tells all workers which run of the tests they belong to, and where its test files tell each other which clusters there
 * are. Costs nothing where no test asks for a cluster.
 */
export default function setUp() {
  process.env['CALICO_TEST_RUN'] = String(process.pid);
  process.env['CALICO_TEST_RUN_DIRECTORY'] = join(tmpdir(), `calico-test-run-${process.pid}`);
}
