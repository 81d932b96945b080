import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { EnvironmentError } from '../src/errors.js';
import { isAbandoned, listClusterDirectories, recordedProcesses, recordedUndo } from './cluster-directory.js';
import { killProcesses, markedProcesses } from './processes.js';

/**
 * Ends all processes of a cluster and removes what it made; nothing to do where it is gone already. Knows only what the
 * directory says, so that it is the same for a cluster of this process and for one whose owner was killed.
 *
 * @throws EnvironmentError what could not be removed; the directory then stays, and the next call tries again.
 */
export async function removeCluster(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const left = await killProcesses(() => [...recordedProcesses(directory), ...markedProcesses(directory)]);
  const failures = [
    ...left.map(({ pid }) => `process ${pid} does not end`),
    ...undoAll(directory),
    ...mountsBelow(directory).flatMap(unmount),
  ];
  if (failures.length > 0) {
    throw new EnvironmentError(
      `The cluster in ${directory} could not be removed: ${failures.join('; ')}`,
      'See what holds it, then take it down again.',
    );
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes this user's clusters whose owner is gone; gives their directories. */
export async function removeAbandonedClusters(): Promise<readonly string[]> {
  const abandoned = listClusterDirectories().filter(isAbandoned);
  for (const directory of abandoned) await removeCluster(directory);
  return abandoned;
}

function undoAll(directory: string): readonly string[] {
  return recordedUndo(directory)
    .toReversed()
    .flatMap(([program, ...args]) => {
      const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 });
      if (status === 0) return [];
      return [`${[program, ...args].join(' ')}: ${error?.message ?? stderr.trim()}`];
    });
}

/** Mount points at or below the directory, the innermost first. */
function mountsBelow(directory: string): readonly string[] {
  if (!existsSync('/proc/self/mountinfo')) return [];
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => unescapeMount(line.split(' ')[4] ?? ''))
    .filter((path) => path.startsWith(`${directory}/`))
    .toReversed();
}

/** The kernel writes blanks in paths as octal escapes. */
function unescapeMount(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}

function unmount(path: string): readonly string[] {
  const { status, stderr } = spawnSync('umount', ['--lazy', path], { encoding: 'utf8' });
  return status === 0 ? [] : [stderr.trim()];
}
