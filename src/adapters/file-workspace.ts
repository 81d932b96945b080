import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Listing, ListingProblem, Workspace, WorkspaceLink } from '../ports/workspace.js';

/** The workspace as files on disk. */
export function createFileWorkspace(root: string): Workspace {
  const realRoot = realpathSync(root);
  return {
    list: (directory, isExcluded) => listFiles(realRoot, directory, isExcluded),
    read: (path, maxBytes) => readBytes(join(realRoot, path), maxBytes),
  };
}

/** Most files fit: one buffer for all of them saves an allocation and a system call a file. */
const BUFFER = Buffer.allocUnsafeSlow(128 * 1024);

function readBytes(path: string, maxBytes: number): Uint8Array | 'too-large' | 'unreadable' {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const length = readSync(file, BUFFER, 0, BUFFER.length, 0);
    if (length < BUFFER.length) return length > maxBytes ? 'too-large' : BUFFER.subarray(0, length);
    return fstatSync(file).size > maxBytes ? 'too-large' : readFileSync(file);
  } catch {
    return 'unreadable';
  } finally {
    if (file !== null) closeSync(file);
  }
}

function listFiles(root: string, directory: string, isExcluded: (path: string) => boolean): Listing {
  const files: string[] = [];
  const links: WorkspaceLink[] = [];
  const skipped: { path: string; reason: ListingProblem }[] = [];
  const pending = [directory];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    let entries;
    try {
      entries = readdirSync(join(root, folder), { withFileTypes: true });
    } catch {
      skipped.push({ path: folder, reason: 'unreadable' });
      continue;
    }
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isExcluded(path)) continue;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isSymbolicLink()) readLink(root, path, links, skipped);
      else if (entry.isFile()) files.push(path);
    }
  }
  files.sort();
  return { files, links, skipped };
}

function readLink(
  root: string,
  path: string,
  links: WorkspaceLink[],
  skipped: { path: string; reason: ListingProblem }[],
): void {
  try {
    const target = relative(root, realpathSync(join(root, path)));
    if (target.startsWith('..')) skipped.push({ path, reason: 'outside-workspace' });
    else links.push({ path, target: target.split(sep).join('/') });
  } catch {
    skipped.push({ path, reason: 'symlink-loop' });
  }
}
