import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startProcess } from '../start-process.js';
import { type TestCluster } from '../types.js';

/** Starts the stand-in of the Tigera operator as a process of the cluster, so that it works as long as the cluster. */
export async function startOperatorProcess({ directory, kubeconfigPath }: TestCluster): Promise<void> {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  await startProcess(directory, {
    name: 'operator',
    program: process.execPath,
    args: ['--import', pathToFileURL(tsx).href, join(import.meta.dirname, 'main.ts'), kubeconfigPath],
  });
}
