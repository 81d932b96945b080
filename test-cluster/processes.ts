import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, told apart from a later one that got the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system writes it; means nothing but same or not the same. */
  readonly startTime: string;
}

/** The variable that marks every process of a cluster; its value is the cluster's directory. */
export const CLUSTER_MARK = 'CALICO_TEST_CLUSTER';

const hasProc = platform() === 'linux';

/** Who has this pid now; null where it does not run (a zombie does not). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startTime = hasProc ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime === null ? null : { pid, startTime };
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startTimeFromProc(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? null);
}

function startTimeFromPs(pid: number): string | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  const text = stdout.trim();
  return status !== 0 || text.startsWith('Z') ? null : text.replace(/^\S+\s+/, '');
}

/** Whether the very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startTime === identity.startTime;
}

/** Processes that carry the mark of this cluster, recorded or not. Where there is no /proc: none. */
export function markedProcesses(directory: string): readonly ProcessIdentity[] {
  if (!hasProc) return [];
  const mark = `${CLUSTER_MARK}=${directory}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => readOrNull(`/proc/${name}/environ`)?.split('\0').includes(mark))
    .flatMap((name) => identifyProcess(Number(name)) ?? []);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // gone in the meantime, or another user's
  }
}

const POLL_MS = 20;

/**
 * Kills the processes, with their process groups, and waits until they are gone.
 *
 * @returns those that still run after `timeoutMs`.
 */
export async function killProcesses(
  list: () => readonly ProcessIdentity[],
  timeoutMs = 15_000,
): Promise<readonly ProcessIdentity[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const running = list().filter(isRunning);
    if (running.length === 0 || Date.now() > deadline) return running;
    for (const { pid } of running) killGroup(pid);
    await sleep(POLL_MS);
  }
}

function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // gone in the meantime, or not the leader of a group
    }
  }
}
