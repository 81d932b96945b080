import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, missingPrograms } from '../../test-cluster/binaries.js';
import type { TestCluster } from '../../test-cluster/types.js';

const run = promisify(execFile);

/** Whether the real helm is there, or may be built because nothing may be left out. */
export function hasHelm(): boolean {
  return missingPrograms(['helm']).length === 0 || process.env['REQUIRE_ALL_TESTS'] === '1';
}

/** Runs the real helm against a cluster, or against none, and gives what it prints. */
export async function runHelm(cluster: TestCluster | null, ...args: readonly string[]): Promise<string> {
  const program = await findProgram('helm');
  const home = mkdtempSync(join(tmpdir(), 'helm-'));
  const folders = ['HOME', 'HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME'];
  try {
    const env = {
      KUBECONFIG: cluster?.kubeconfigPath ?? '/dev/null',
      ...Object.fromEntries(folders.map((name) => [name, home])),
    };
    return (await run(program, [...args], { env, maxBuffer: 1 << 26 })).stdout;
  } finally {
    rmSync(home, { recursive: true });
  }
}
