import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * A folder of data that is no part of the project: where an environment variable says, else at a path from the project's
 * root. Null where it is not there; tests of it are then skipped.
 *
 * @throws Error where REQUIRE_ALL_TESTS is 1 and the folder is not there
 */
export function findOutsideData(variable: string, fallback: string): string | null {
  const folder = resolve(process.env[variable] ?? fallback);
  if (existsSync(folder)) return folder;
  if (process.env['REQUIRE_ALL_TESTS'] === '1') {
    throw new Error(`REQUIRE_ALL_TESTS is 1, but ${variable} (or ${fallback}) names no folder.`);
  }
  return null;
}
