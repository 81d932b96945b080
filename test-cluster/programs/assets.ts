import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ProgramName } from './catalog.js';

/**
 * A program of the directory that KUBEBUILDER_ASSETS names; null where it is not set or has none. That is where the
 * tests of Kubernetes controllers look for a control plane.
 *
 * @see https://book.kubebuilder.io/reference/envtest
 */
export function findAsset(name: ProgramName): string | null {
  const directory = process.env['KUBEBUILDER_ASSETS'];
  if (directory === undefined || directory === '') return null;
  const path = join(directory, name);
  return existsSync(path) ? path : null;
}

/** What the program says its version is, `v1.34.4`; null where it says none. */
export function readVersion(path: string): string | null {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return /\bv\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null;
}
