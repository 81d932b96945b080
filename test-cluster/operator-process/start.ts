import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manifestDirectory } from '../ready-made/manifests.js';
import { startProcess } from '../start-process.js';
import { type TestCluster } from '../types.js';

/** Starts what plays Calico's own programs as a process of the cluster, so that it works as long as the cluster. */
export async function startOperatorProcess({ directory, kubeconfigPath }: TestCluster): Promise<void> {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const main = join(import.meta.dirname, '..', 'operator', 'main.ts');
  await startProcess(directory, {
    name: 'operator',
    env: { CALICO_MANIFESTS: manifestDirectory() },
    program: process.execPath,
    args: ['--import', pathToFileURL(tsx).href, main, kubeconfigPath, '--serve-api', directory],
  });
}
