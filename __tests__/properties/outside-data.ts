import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * A folder of data that is no part of the project, and that nobody can fetch: where an environment variable says, else
 * at a path from the project's root. Null where it is not there; tests of it are then skipped.
 *
 * @throws Error where the variable names a folder that is not there
 */
export function findOutsideData(variable: string, fallback: string): string | null {
  const named = process.env[variable];
  const folder = resolve(named ?? fallback);
  if (existsSync(folder)) return folder;
  if (named === undefined) return null;
  throw new Error(`${variable} names ${folder}, which is not there.`);
}
