import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What is at a path that a user wrote, relative to the workspace or absolute. */
export function lookUpPath(
  workspace: string,
  text: string,
): { readonly path: string; readonly type: 'directory' | 'other' | 'none' } {
  const path = resolve(workspace, text);
  const stat = statSync(path, { throwIfNoEntry: false });
  return { path, type: stat === undefined ? 'none' : stat.isDirectory() ? 'directory' : 'other' };
}

/** A directory of one's own that goes away with the run. */
export interface TemporaryDirectory {
  readonly path: string;
  readonly remove: () => void;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Where the runner keeps what a job needs no longer than itself, which a terminal has none of. */
export function temporaryDirectory(variables: Variables): string {
  return variables['RUNNER_TEMP'] ?? tmpdir();
}

export function createTemporaryDirectory(variables: Variables): TemporaryDirectory {
  const path = mkdtempSync(join(temporaryDirectory(variables), 'calico-upgrade-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
