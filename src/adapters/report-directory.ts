import { closeSync, mkdirSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors.js';
import type { ReportStore } from '../ports/report-store.js';
import { explainWriteFailure } from './report-failure.js';

/** The report directory on disk; `directory` is taken from `root`, the workspace, unless it is absolute. */
export function createReportDirectory(root: string, directory: string): ReportStore {
  const base = resolve(root, directory);
  return {
    directory,
    write(name, content) {
      if (name === '' || isAbsolute(name) || name.split('/').includes('..'))
        throw new Error(`Not a file name for a report: ${name}`);
      const path = join(base, name);
      try {
        refuseEscape(root, directory, dirname(path));
        mkdirSync(dirname(path), { recursive: true });
        replaceFile(path, content);
      } catch (error) {
        throw explainWriteFailure(error, directory, name);
      }
      return `${directory.replace(/\/+$/, '')}/${name}`;
    },
  };
}

/** A repository under judgement may hold a link in the directory's place: nothing is written through one that leads out. */
function refuseEscape(root: string, directory: string, folder: string): void {
  const isBelowRoot = !isOutside(relative(root, folder));
  if (!isBelowRoot || !isOutside(relative(realpathSync(root), nearestRealPath(folder)))) return;
  throw new InputError(
    'report-dir',
    `The report directory ${directory} is a link that leads out of the workspace.`,
    'Name a directory that is no such link, or remove the link from the repository.',
  );
}

function nearestRealPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (dirname(path) === path) throw error;
    return nearestRealPath(dirname(path));
  }
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}

function replaceFile(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${process.pid}-${process.hrtime.bigint()}.tmp`);
  try {
    const file = openSync(temporary, 'wx');
    try {
      writeFileSync(file, content);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
