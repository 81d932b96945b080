import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { digestOf, type ProgramSource } from './catalog.js';

/** Where built programs are kept between runs. */
export function cacheDirectory(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'calico-upgrade-action');
}

/** Where this program is, or would be, in the cache. */
export function cachedPath({ module, name }: ProgramSource): string {
  return join(cacheDirectory(), module, name);
}

/** Whether the cache has the program as it is pinned now. */
export function isCached(source: ProgramSource): boolean {
  const path = cachedPath(source);
  return existsSync(path) && readStamp(path) === digestOf(source);
}

/** Notes what the program in the cache was built from. */
export function stamp(source: ProgramSource): void {
  writeFileSync(stampPath(cachedPath(source)), `${digestOf(source)}\n`);
}

function readStamp(path: string): string | null {
  return existsSync(stampPath(path)) ? readFileSync(stampPath(path), 'utf8').trim() : null;
}

function stampPath(path: string): string {
  return `${path}.stamp`;
}
