import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../../src/errors.js';
import { withLock } from '../file-lock.js';
import { cachedPath, isCached, stamp } from './cache.js';
import { moduleDirectory, type ProgramSource } from './catalog.js';

const PROGRESS_MS = 15_000;
const ERROR_LINES = 20;

/** The version of the Go toolchain; null where there is none. */
export function goVersion(): string | null {
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], {
    encoding: 'utf8',
    cwd: '/',
    env: process.env,
  });
  return status === 0 ? stdout.trim() : null;
}

/**
 * Puts the program into the cache and gives its path. Where another process builds it already, waits for that.
 *
 * @throws EnvironmentError with the end of what the Go toolchain said.
 */
export async function buildProgram(
  source: ProgramSource,
  onProgress: (text: string) => void,
): Promise<string> {
  const path = cachedPath(source);
  mkdirSync(dirname(path), { recursive: true });
  const title = `${source.name} (${source.module})`;
  const waiting = reportEvery(PROGRESS_MS, onProgress);
  await withLock(
    `${path}.lock`,
    async () => {
      if (isCached(source)) return;
      removeUnfinished(path);
      onProgress(`building ${title}: ${estimate(source)}`);
      const building = reportEvery(PROGRESS_MS, onProgress);
      const timer = setInterval(() => building(`building ${title}`, estimate(source)), 1000);
      try {
        await runGo(source, path);
      } finally {
        clearInterval(timer);
      }
      stamp(source);
      onProgress(`built ${title}`);
    },
    ({ pid }) => waiting(`waiting for process ${pid}, which builds ${title}`, estimate(source)),
  );
  return path;
}

function estimate({ minutes }: ProgramSource): string {
  const unit = minutes === 1 ? 'minute' : 'minutes';
  return `takes about ${minutes} ${unit} on two cores (this machine has ${availableParallelism()}), once`;
}

/** Says what goes on, and for how long it has, no more often than that. */
function reportEvery(
  intervalMs: number,
  onProgress: (text: string) => void,
): (what: string, note: string) => void {
  const start = Date.now();
  let last = start;
  return (what, note) => {
    if (Date.now() - last < intervalMs) return;
    last = Date.now();
    onProgress(`${what}: ${Math.round((last - start) / 1000)} s so far; ${note}`);
  };
}

/** What builders that were killed left behind. */
function removeUnfinished(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(`${basename(path)}.new.`)) rmSync(join(dirname(path), name));
  }
}

async function runGo(source: ProgramSource, path: string): Promise<void> {
  const unfinished = `${path}.new.${process.pid}`;
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', source.linkerFlags, '-o', unfinished];
  const go = spawn('go', [...args, source.package], {
    cwd: moduleDirectory(source),
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  go.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-10_000)));
  const outcome = await new Promise<string | null>((resolve) => {
    go.on('error', ({ message }) => resolve(message));
    go.on('close', (code, signal) => resolve(code === 0 ? null : `exit status ${code ?? signal}`));
  });
  if (outcome !== null) {
    rmSync(unfinished, { force: true });
    throw new EnvironmentError(
      `go build ${source.package}: ${outcome}\n${errors.trimEnd().split('\n').slice(-ERROR_LINES).join('\n')}`,
      'Go needs its module proxy (GOPROXY), 2 GB of memory and 5 GB of disk for this.',
    );
  }
  renameSync(unfinished, path);
}
