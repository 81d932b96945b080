import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import {
  CLUSTER_MARK,
  identifyProcess,
  isRunning,
  killProcesses,
  markedProcesses,
} from '../../test-cluster/processes.js';
import { eventually } from './eventually.js';

function sleeper(env: Readonly<Record<string, string>> = {}): number {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore', env: { ...process.env, ...env } });
  child.unref();
  return child.pid ?? 0;
}

describe('a process', () => {
  it('is told apart from another with the same pid', () => {
    const self = identifyProcess(process.pid);
    expect(self).not.toBeNull();
    expect(isRunning({ pid: process.pid, startTime: self?.startTime ?? '' })).toBe(true);
    expect(isRunning({ pid: process.pid, startTime: '1' })).toBe(false);
  });

  it('that has ended does not run', async () => {
    const child = spawn('true');
    const identity = identifyProcess(child.pid ?? 0);
    await once(child, 'exit');
    expect(identity === null || !isRunning(identity)).toBe(true);
  });

  it('that has ended and was not waited for does not run', async () => {
    // The shell becomes `sleep`, which never waits for the child that the shell had.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = Number(text.toString());
    await eventually(() => Promise.resolve(identifyProcess(zombie) === null ? true : null), 5000);
    parent.kill('SIGKILL');
    expect(identifyProcess(zombie)).toBeNull();
  });

  it('is found by the mark of its cluster, and by no other', async () => {
    const directory = `/nowhere/${process.pid}`;
    const pid = sleeper({ [CLUSTER_MARK]: directory });
    await eventually(() => Promise.resolve(markedProcesses(directory).length === 1 ? true : null), 5000);
    expect(markedProcesses(directory).map((found) => found.pid)).toEqual([pid]);
    expect(markedProcesses('/nowhere')).toEqual([]);
    expect(await killProcesses(() => markedProcesses(directory))).toEqual([]);
  });

  it('is killed with its children', async () => {
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = identifyProcess(Number(text.toString()));
    const identity = identifyProcess(parent.pid ?? 0);
    expect(await killProcesses(() => (identity === null ? [] : [identity]))).toEqual([]);
    await eventually(() => Promise.resolve(child !== null && !isRunning(child) ? true : null), 5000);
    expect(identity !== null && isRunning(identity)).toBe(false);
  });

  it('is not killed where another has its pid by now', async () => {
    const pid = sleeper();
    expect(await killProcesses(() => [{ pid, startTime: '1' }])).toEqual([]);
    const identity = identifyProcess(pid);
    expect(identity).not.toBeNull();
    expect(await killProcesses(() => (identity === null ? [] : [identity]))).toEqual([]);
  });
});
