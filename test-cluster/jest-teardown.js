import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Takes down the clusters of this run, where there are any. */
export default function tearDown() {
  if (!existsSync(process.env['CALICO_TEST_RUN_DIRECTORY'] ?? '')) return;
  const program = join(import.meta.dirname, 'end-run.ts');
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', program], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The clusters of this run could not be taken down; see above.');
}
