import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { refuseKubeconfig } from './kubeconfig-fields.js';

/** A kubeconfig as it was found. */
export interface KubeconfigSource {
  readonly text: string;
  /** What relative paths in it are relative to. */
  readonly directory: string;
}

/** What the input may refer to. */
export interface SourceWorld {
  /** Directory that a relative path is relative to. */
  readonly directory: string;
  readonly home: string | undefined;
}

/** Long enough for a path, too short for a kubeconfig. */
const LONGEST_PATH = 4096;

/**
 * Finds the kubeconfig that an input means: its text, base64 of it, or the path of a file.
 *
 * @throws InputError where it is none of them, or the file cannot be read; a text is never quoted
 */
export function readKubeconfig(input: string, world: SourceWorld): KubeconfigSource {
  const text = input.trim();
  if (text === '')
    throw refuseKubeconfig(
      'is missing, and the run needs a cluster',
      'Give it the text of a kubeconfig, base64 of it, or a path.',
    );
  const decoded = decodeBase64(text);
  if (decoded !== null) return { text: decoded, directory: world.directory };
  if (!isPath(text)) return { text: input, directory: world.directory };
  const path = resolve(world.directory, expandHome(text, world.home));
  return { text: readFile(path), directory: dirname(path) };
}

/** A path in a kubeconfig, as one that can be opened. */
export function absolutePath(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}

/** The text behind base64; null where it is none, or hides something else than a kubeconfig. */
function decodeBase64(text: string): string | null {
  const packed = text.replace(/\s+/g, '');
  if (packed.length < 40 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return null;
  const decoded = Buffer.from(packed, 'base64').toString('utf8');
  return /clusters|contexts|apiVersion/.test(decoded) ? decoded : null;
}

function isPath(text: string): boolean {
  if (text.length > LONGEST_PATH || /[\n\r{}]/.test(text)) return false;
  return !/^(apiVersion|kind|clusters|contexts|users|current-context|preferences)\s*:/.test(text);
}

function expandHome(path: string, home: string | undefined): string {
  return path.startsWith('~/') && home !== undefined ? join(home, path.slice(2)) : path;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as { readonly code?: string };
    throw refuseKubeconfig(
      // It may as well be base64 of something, or a token: only what looks like a path is shown.
      `names a file that cannot be read (${code ?? 'unknown'})${isShort(path) ? `: ${path}` : ''}`,
      'Give it the text of a kubeconfig, base64 of it, or the path of a file that is there.',
    );
  }
}

function isShort(path: string): boolean {
  return path.length <= 200 && !/[A-Za-z0-9+=_-]{60}/.test(path);
}
