import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { EnvironmentError, InputError } from '../../errors.js';
import type { ManifestSource } from '../../ports/manifest-source.js';
import { createCheckedManifests, tooLarge } from './checked-manifests.js';

/**
 * Files below a directory laid out as `<version>/<file>`. Links that lead out of it are not followed.
 *
 * @param directory as the user named it, taken from `root` unless it is absolute
 */
export function createManifestDirectory(root: string, directory: string): ManifestSource {
  return createCheckedManifests({
    description: `the directory ${directory}`,
    isTrusted: true,
    nameOf: (release, file) => join(directory, release, file),
    fetch: (release, file, maxBytes) =>
      readFileBelow(root, directory, [release, ...file.split('/')], maxBytes),
  });
}

/**
 * A file below a directory; null where there is none.
 *
 * @throws InputError where it is a link that leads out, EnvironmentError where it cannot be read or is too large
 */
export async function readFileBelow(
  root: string,
  directory: string,
  parts: readonly string[],
  maxBytes: number,
): Promise<Uint8Array | null> {
  const path = await findFile(resolve(root, directory), directory, parts);
  return path === null ? null : await readFile(path, join(directory, ...parts), maxBytes);
}

/** The file's own path; null where there is none. */
async function findFile(base: string, directory: string, parts: readonly string[]): Promise<string | null> {
  const top = await findDirectory(base, directory);
  try {
    const path = await realpath(join(base, ...parts));
    const inside = relative(top, path);
    if (!inside.startsWith('..') && !inside.startsWith(sep)) return path;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw unreadable(join(directory, ...parts), error);
  }
  throw new InputError(
    'manifests',
    `${join(directory, ...parts)} is a link that leads out of ${directory}.`,
    'Put the file itself into the directory.',
  );
}

async function findDirectory(base: string, directory: string): Promise<string> {
  const isDirectory = await stat(base).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isDirectory) return realpath(base);
  throw new InputError(
    'manifests',
    `The input manifests names ${directory}, which is no directory.`,
    'Name a directory laid out as <version>/<file>, a URL, or leave the input empty.',
  );
}

async function readFile(path: string, name: string, maxBytes: number): Promise<Uint8Array> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size > maxBytes) throw tooLarge(name, maxBytes);
    return await file.readFile();
  } catch (error) {
    throw error instanceof EnvironmentError ? error : unreadable(name, error);
  } finally {
    await file?.close();
  }
}

function unreadable(name: string, cause: unknown): EnvironmentError {
  const reason = codeOf(cause) || (cause instanceof Error ? cause.message : String(cause));
  return new EnvironmentError(`${name} cannot be read: ${reason}.`, 'Make the file readable for this run.', {
    cause,
  });
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
