import { closeSync, constants, fsyncSync, lstatSync, openSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../errors.js';
import type { BundleEntry, BundleReader, BundleWriter } from '../ports/bundle.js';

/**
 * A bundle that becomes that directory. Until it is finished it has another name beside it, so that half a bundle is
 * never taken for one.
 *
 * @throws EnvironmentError where something is in its place, or the directory cannot be written
 */
export async function createBundleDirectory(directory: string): Promise<BundleWriter> {
  const place = dirname(directory);
  const partial = join(place, `.${basename(directory)}.partial-${process.pid}`);
  await explain(directory, async () => {
    await refuseFull(directory);
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
  });
  const folders = new Set<string>();
  const last = { path: partial };
  return {
    write: (path, content) =>
      explain(directory, async () => {
        const target = join(partial, path);
        const folder = dirname(target);
        if (!folders.has(folder)) await mkdir(folder, { recursive: true });
        folders.add(folder);
        await writeFile(target, content);
        last.path = target;
      }),
    removeBelow: (path) =>
      explain(directory, async () => {
        await rm(join(partial, path), { recursive: true, force: true });
        folders.clear();
      }),
    finish: () =>
      explain(directory, async () => {
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
    entries: () => explain(directory, () => listEntries(directory)),
    read: (path, maxBytes) => explain(directory, () => readFile(join(directory, path), maxBytes)),
  };
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

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the directory may not be used by this user',
  EPERM: 'the directory may not be used by this user',
  ENOTDIR: 'a file is in the place of a directory',
  ENOENT: 'there is no such file',
  ELOOP: 'a link is in the place of a file',
  ENAMETOOLONG: 'the path is too long',
};

async function explain<Value>(directory: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new EnvironmentError(
      `The backup in ${directory} cannot be used: ${REASONS[code] ?? message}.`,
      'Nothing was changed on the cluster. Put that right, or name another directory.',
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
