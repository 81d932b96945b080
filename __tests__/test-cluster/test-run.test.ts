import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { identifyProcess, type ProcessIdentity } from '../../test-cluster/processes.js';

const PROJECT = join(import.meta.dirname, '..', '..');
/** Begins a run, takes part in it, and goes on until it is killed. */
const RUN = `
  const { default: setUp } = await import('${PROJECT}/test-cluster/jest-setup.js');
  setUp();
  const { currentRun } = await import('${PROJECT}/test-cluster/test-run.ts');
  console.log(currentRun().directory);
  setInterval(() => undefined, 1000);`;
const BEGIN = `
  const { default: setUp } = await import('${PROJECT}/test-cluster/jest-setup.js');
  setUp();`;

const inNode = (script: string): readonly string[] => [
  ...['--import', 'tsx', '--input-type=module', '--eval'],
  script,
];

let temporary: string;
let self: ProcessIdentity;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'runs-'));
  self = identifyProcess(process.pid) ?? { pid: 0, startTime: '' };
});

afterEach(() => rmSync(temporary, { recursive: true, force: true }));

const options = (): { cwd: string; env: NodeJS.ProcessEnv } => ({
  cwd: PROJECT,
  env: { ...process.env, TMPDIR: temporary },
});

function leave(pid: number, owner: ProcessIdentity | null): string {
  const directory = join(temporary, `calico-test-run-${pid}`);
  mkdirSync(directory);
  writeFileSync(join(directory, 'cluster.json'), '{}');
  if (owner !== null) writeFileSync(join(directory, 'owner.json'), JSON.stringify(owner));
  return directory;
}

/** Begins a run; gives which directories of runs there are then. */
function begin(script = BEGIN): readonly string[] {
  const { status, stderr } = spawnSync(process.execPath, inNode(script), { ...options(), encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return readdirSync(temporary).filter((name) => name.startsWith('calico-test-run-'));
}

function deadPid(): number {
  return spawnSync('true').pid;
}

test('a run that was killed leaves its directory, and the next one removes it', async () => {
  const run = spawn(process.execPath, inNode(RUN), { ...options(), stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(run.stdout, 'data')) as [Buffer];
  const directory = text.toString().trim();
  expect(begin()).toContain(directory.slice(temporary.length + 1));
  run.kill('SIGKILL');
  await once(run, 'exit');
  expect(existsSync(directory)).toBe(true);
  expect(begin()).toEqual([]);
}, 60_000);

describe('the directory of a run', () => {
  test('goes where its process is gone, whether it said who it was or not', () => {
    const [one, other] = [deadPid(), deadPid()];
    leave(one, { pid: one, startTime: '1' });
    leave(other, null);
    expect(begin()).toEqual([]);
  }, 30_000);

  test('goes where another process has its pid by now', () => {
    leave(process.pid, { ...self, startTime: '1' });
    expect(begin()).toEqual([]);
  }, 30_000);

  test('goes where it bears the pid of the run that begins, which cannot have made it', () => {
    const script = `
      import { mkdirSync } from 'node:fs';
      mkdirSync('${temporary}/calico-test-run-' + process.pid);
      ${BEGIN}`;
    expect(begin(script)).toEqual([]);
  }, 30_000);

  test('stays where its process runs, whether it said who it was or not', () => {
    leave(process.pid, self);
    leave(process.ppid, null);
    expect(begin()).toHaveLength(2);
  }, 30_000);
});

test('a run that finds nothing begins without a further process', () => {
  const env = { ...options().env, NODE_OPTIONS: '--no-such-option-for-children' };
  const script = BEGIN.replace('setUp();', `process.env.NODE_OPTIONS = '${env.NODE_OPTIONS}'; setUp();`);
  expect(begin(script)).toEqual([]);
}, 30_000);
