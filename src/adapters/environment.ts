import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../errors.js';
import type { Timing } from './github-retry.js';

/** The process that the program runs in. */
export interface World {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly args: readonly string[];
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Directory that every path of a report is relative to. */
  readonly workspace: string;
  readonly isWorkflow: boolean;
  readonly timing: Timing;
  /** ISO date in UTC. */
  readonly today: () => string;
}

/** The real process. */
export function realWorld(): World {
  const { env, argv, stdout, stderr } = process;
  return {
    variables: env,
    args: argv.slice(2),
    stdout,
    stderr,
    workspace: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    isWorkflow: env['GITHUB_ACTIONS'] === 'true' && argv.length <= 2,
    timing: { now: () => Date.now(), sleep, random: () => Math.random() },
    today: () => new Date().toISOString().slice(0, 10),
  };
}

/** A path below the workspace: relative to it with `/`, empty for the workspace itself. */
export interface LocatedPath {
  readonly path: string;
  readonly isFile: boolean;
}

/**
 * Finds an input path in the workspace.
 *
 * @throws InputError where it is missing or lies outside
 */
export function locateInWorkspace(workspace: string, input: string, text: string): LocatedPath {
  const root = realpathSync(workspace);
  const wanted = resolve(root, text);
  const isFile = statSync(wanted, { throwIfNoEntry: false })?.isFile();
  const path = isFile === undefined ? null : relative(root, realpathSync(wanted));
  if (isOutside(relative(root, wanted)) || (path !== null && isOutside(path))) {
    throw new InputError(
      input,
      `The input ${input} is “${text}”, which lies outside the workspace ${root}.`,
      'Name a directory below the workspace.',
    );
  }
  if (path === null || isFile === undefined) {
    throw new InputError(
      input,
      `The input ${input} is “${text}”, which does not exist in ${root}.`,
      'Name a directory that is there; in a workflow, check the repository out first.',
    );
  }
  return { path: path.split(sep).join('/'), isFile };
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}

/** The text of a file below the workspace; null where there is none. */
export function readTextFile(workspace: string, path: string): string | null {
  try {
    return readFileSync(resolve(workspace, path), 'utf8');
  } catch {
    return null;
  }
}

/** How text for people may look where the run writes it: a terminal, or the log of a workflow. */
export function terminalOf({ stdout, variables, isWorkflow }: World): { colour: boolean; width: number } {
  if (isWorkflow) return { colour: true, width: 140 };
  const colour =
    variables['NO_COLOR'] === undefined && (stdout.isTTY || variables['FORCE_COLOR'] !== undefined);
  return { colour, width: stdout.isTTY ? stdout.columns : 140 };
}
