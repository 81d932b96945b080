import { closeSync, constants, fsyncSync, lstatSync, openSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../errors.js';
import type { BundleEntry, BundleReader, BundleWriter } from '../ports/bundle.js';
import { fileReason } from './file-failure.js';

/**
 * A bundle that becomes that directory. Until it is finished it has another name beside it, so that half a bundle is
 * never taken for one.
 *
 * @throws EnvironmentError where something is in its place, or the directory cannot be written
 */
export async function createBundleDirectory(directory: string): Promise<BundleWriter> {
  const place = dirname(directory);
  const partial = join(place, `${partialPrefix(directory)}${process.pid}`);
  const explain = <Value>(action: () => Promise<Value>): Promise<Value> =>
    orExplained(action, 'write', directory);
  await explain(async () => {
    await refuseFull(directory);
    await removeLeftovers(directory);
    await mkdir(place, { recursive: true });
    // Not recursive, which says of a read-only file system that there is no such file
    await mkdir(partial);
  });
  const folders = new Set<string>();
  const last = { path: partial };
  return {
    written: { ...readBundleDirectory(partial), place: directory },
    write: (path, content) =>
      explain(async () => {
        const target = join(partial, path);
        const folder = dirname(target);
        if (!folders.has(folder)) await mkdir(folder, { recursive: true });
        folders.add(folder);
        await writeFile(target, content);
        last.path = target;
      }),
    removeBelow: (path) =>
      explain(async () => {
        await rm(join(partial, path), { recursive: true, force: true });
        folders.clear();
      }),
    finish: () =>
      explain(async () => {
        await refuseFull(directory);
        syncPath(last.path);
        await rmdir(directory).catch(() => undefined);
        await rename(partial, directory);
        syncPath(place);
      }),
    discard: () => rm(partial, { recursive: true, force: true }),
  };
}

/** A bundle in a directory, as it lies there. */
export function readBundleDirectory(directory: string): BundleReader {
  return {
    place: directory,
    entries: () => orExplained(() => listEntries(directory), 'read', directory),
    read: (path, maxBytes) => orExplained(() => readFile(join(directory, path), maxBytes), 'read', directory),
  };
}

function partialPrefix(directory: string): string {
  return `.${basename(directory)}.partial-`;
}

/** What runs left half-written that died, or this very process did. Another run may be at work beside this one. */
async function removeLeftovers(directory: string): Promise<void> {
  const prefix = partialPrefix(directory);
  const names = await readdir(dirname(directory)).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^[1-9]\d*$/.test(pid) || isOfAnother(Number(pid))) continue;
    await rm(join(dirname(directory), name), { recursive: true, force: true });
  }
}

/** Whether a process that lives has that number, and is another one than this. */
function isOfAnother(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function listEntries(directory: string): Promise<readonly BundleEntry[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return {
        path: path.slice(directory.length).replace(/^\/+/, ''),
        type: entry.isFile() ? ('file' as const) : ('other' as const),
        bytes: lstatSync(path).size,
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new Error(`${path} has ${size} bytes, more than ${maxBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** An empty directory may be taken; anything else in the place of a bundle stays as it is. */
async function refuseFull(directory: string): Promise<void> {
  const there = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  if (there.length > 0) {
    throw new EnvironmentError(
      `${directory} is not empty; what is there may be another backup.`,
      'Name another directory, or move away what is there.',
    );
  }
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const REMEDIES = {
  write: 'Nothing was changed on the cluster. Put that right, or name another report-dir.',
  read: 'Nothing was changed on the cluster. Give backup-artifact the name of an artifact, or the path of a directory that holds a bundle.',
} as const;

async function orExplained<Value>(
  action: () => Promise<Value>,
  verb: keyof typeof REMEDIES,
  directory: string,
): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    const done = verb === 'write' ? 'written' : 'read';
    throw new EnvironmentError(
      `The backup in ${directory} cannot be ${done}: ${fileReason(error)}.`,
      REMEDIES[verb],
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
