import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../src/errors.js';
import { clusterFiles, recordProcess } from './cluster-directory.js';
import { CLUSTER_MARK } from './processes.js';

/** A program to run for a cluster. */
export interface ProcessCommand {
  /** Unique in the cluster; the log is `logs/NAME.log`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Words before the program, such as `ip netns exec NAME`; it has to become the program, not to start it. */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that runs for a cluster, until the cluster is removed. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Why it does not run any more, with the end of its log; null while it runs. */
  readonly death: () => string | null;
}

/**
 * Starts a process that outlives this one, in a process group of its own, and notes it in the cluster's directory.
 *
 * @throws EnvironmentError where the program cannot be started at all.
 */
export async function startProcess(directory: string, command: ProcessCommand): Promise<RunningProcess> {
  const { name } = command;
  const [program = command.program, ...args] = [...(command.prefix ?? []), command.program, ...command.args];
  const log = openSync(clusterFiles.log(directory, name), 'a', 0o600);
  const child = spawn(program, args, {
    cwd: directory,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...inherited(), ...command.env, [CLUSTER_MARK]: directory },
  });
  closeSync(log);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError(`${name} cannot be started: ${reason}`, `Look at ${program}.`, { cause });
  }
  const pid = child.pid ?? 0;
  recordProcess(directory, name, pid, [program, ...args]);
  child.unref();
  return { name, pid, death: () => deathOf(child, name, directory) };
}

const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ'] as const;

/** Neither proxies, which would carry the cluster's own traffic elsewhere, nor secrets of whoever starts it. */
function inherited(): Readonly<Record<string, string>> {
  const entries = INHERITED.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [(typeof INHERITED)[number], string] => entry[1] !== undefined),
  );
}

function deathOf(child: ChildProcess, name: string, directory: string): string | null {
  if (child.exitCode === null && child.signalCode === null) return null;
  const how = child.signalCode ?? `exit status ${child.exitCode}`;
  const path = clusterFiles.log(directory, name);
  return `${name} ended (${how}). The end of its log:\n${lastLines(path)}`;
}

const LOG_LINES = 15;
const LOG_LINE_LENGTH = 300;

function lastLines(path: string): string {
  if (!existsSync(path)) return '  (there is no log)';
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LOG_LINES);
  return lines.map((line) => `  ${line.slice(0, LOG_LINE_LENGTH)}`).join('\n');
}

/** What is waited for, and who has to live meanwhile. */
export interface Wait {
  /** `the API server to be ready`. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly processes: readonly RunningProcess[];
  /** Null once there is nothing more to wait for, else what is missing. */
  readonly missing: () => Promise<string | null>;
  /** How often to look. Default: 50 ms. */
  readonly pollMs?: number;
}

const POLL_MS = 50;

/**
 * Waits until nothing is missing.
 *
 * @throws EnvironmentError as soon as one of the processes ends, or when the time is over.
 */
export async function waitWhileRunning(wait: Wait): Promise<void> {
  const { what, timeoutMs, processes, missing, pollMs = POLL_MS } = wait;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await missing();
    if (seen === null) return;
    const death = processes.map((running) => running.death()).find((text) => text !== null);
    if (death !== undefined) throw new EnvironmentError(death, 'See the whole log for the reason.');
    if (Date.now() > deadline) {
      throw new EnvironmentError(
        `Waited ${timeoutMs / 1000} s for ${what}; last seen: ${seen}`,
        'See the logs in the directory of the cluster.',
      );
    }
    await sleep(pollMs);
  }
}
