import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { manifestDirectory } from '../ready-made/manifests.js';
import { PROJECT } from './run-action.js';
import { say } from './say.js';

const FILE = 'calico.yaml';

/**
 * Sees to it that upstream's files of these releases are at hand, where `manifestDirectory` finds them: those that are
 * there, else downloaded ones, each held to its sha256.
 *
 * @returns why they are not; null where they are
 */
export async function provideManifests(releases: readonly string[]): Promise<string | null> {
  const missingIn = (directory: string): readonly string[] =>
    releases.filter((release) => !existsSync(join(directory, release, FILE)));
  if (missingIn(manifestDirectory()).length === 0) return null;
  const cache = resolve(PROJECT, '.cache/manifests');
  const missing = missingIn(cache);
  process.env['CALICO_MANIFESTS'] = cache;
  if (missing.length === 0) return null;
  say(`Upstream’s install files of Calico ${missing.join(', ')} are downloaded to .cache/manifests.`);
  const error = await download(cache, missing);
  return error === null
    ? null
    : `upstream’s install files could not be downloaded (${error}); set CALICO_MANIFESTS to a directory that has them as <version>/<file>`;
}

/** @returns the last line that it says of its failure; null where it did it */
function download(directory: string, releases: readonly string[]): Promise<string | null> {
  const args = ['--import', 'tsx', 'scripts/fetch-manifests.ts', directory, ...releases];
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done(status === 0 ? null : reasonIn(said)));
  });
}

function reasonIn(said: string): string {
  return /^\w*Error: (.*)$/m.exec(said)?.[1] ?? 'no reason was given';
}
