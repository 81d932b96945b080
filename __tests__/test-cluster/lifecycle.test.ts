import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { EnvironmentError } from '../../src/errors.js';
import {
  createClusterDirectory,
  isAbandoned,
  readRecord,
  recordProcess,
  recordUndo,
} from '../../test-cluster/cluster-directory.js';
import { describeWithCluster, ownCluster } from '../../test-cluster/jest.js';
import { identifyProcess, markedProcesses } from '../../test-cluster/processes.js';
import { removeAbandonedClusters, removeCluster } from '../../test-cluster/remove-cluster.js';
import { startProcess } from '../../test-cluster/start-process.js';
import { eventually } from './eventually.js';

const PROJECT = join(import.meta.dirname, '..', '..');
/** 20 with TEST_CLUSTER_LARGE=1. */
const ROUNDS = process.env['TEST_CLUSTER_LARGE'] === '1' ? 20 : 3;
const TIMEOUT_MS = 240_000;

/** Everything of a machine that a cluster of this file could leave behind. */
function leftovers(): Readonly<Record<string, readonly string[]>> {
  return {
    files: readdirSync(own),
    processes: readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => environment(name).includes(`CALICO_TEST_CLUSTER=${own}`)),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(own)),
  };
}

function environment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

function emptyCluster(owner = identifyProcess(process.pid)): string {
  return createClusterDirectory({
    owner,
    kubernetes: 'v1.34.4',
    server: '',
    lightNodes: [],
    realNodes: [],
    hasAuditLog: false,
  });
}

/**
 * Clusters of these tests are in a folder of their own, so that those of others are left alone. It is named only while a
 * test runs: a cluster that the whole run shares must not be started in it.
 */
let own = '';
const before = process.env['TMPDIR'];
beforeAll(() => {
  own = mkdtempSync(join(tmpdir(), 'lifecycle-'));
});
beforeEach(() => {
  process.env['TMPDIR'] = own;
});
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
});
afterAll(() => {
  rmSync(own, { recursive: true });
});

it('ends the processes of a cluster, recorded or not, and removes its files', async () => {
  const directory = emptyCluster();
  await startProcess(directory, { name: 'recorded', program: 'sleep', args: ['60'] });
  const child = spawn('sleep', ['60'], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, CALICO_TEST_CLUSTER: directory },
  });
  child.unref();
  await eventually(() => Promise.resolve(markedProcesses(directory).length === 2 ? true : null));
  await removeCluster(directory);
  expect(markedProcesses(directory)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
  await removeCluster(directory);
});

it('undoes what was made outside the directory, the last thing first', async () => {
  const directory = emptyCluster();
  const log = join(own, 'undone');
  for (const step of ['first', 'second']) recordUndo(directory, ['sh', '-c', `echo ${step} >> ${log}`]);
  await removeCluster(directory);
  expect(readFileSync(log, 'utf8')).toBe('second\nfirst\n');
});

it('keeps the directory where something cannot be undone, and says what', async () => {
  const directory = emptyCluster();
  const obstacle = join(own, 'obstacle');
  writeFileSync(obstacle, '');
  recordUndo(directory, ['sh', '-c', `test ! -e ${obstacle} || { echo 'it is busy' >&2; exit 1; }`]);
  await expect(removeCluster(directory)).rejects.toThrow(/could not be removed: .*it is busy/s);
  expect(existsSync(directory)).toBe(true);
  rmSync(obstacle);
  await removeCluster(directory);
  expect(existsSync(directory)).toBe(false);
});

it('leaves alone a process that has the pid of one that has ended', async () => {
  const directory = emptyCluster();
  recordProcess(directory, 'innocent', process.pid);
  const path = join(directory, 'processes.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"startTime":"\d+"/, '"startTime":"1"'));
  await removeCluster(directory);
  expect(existsSync(directory)).toBe(false);
});

it('bears a record that was cut short by a kill', async () => {
  const directory = emptyCluster();
  writeFileSync(join(directory, 'processes.jsonl'), '{"name":"etcd","pid":1');
  await removeCluster(directory);
  expect(existsSync(directory)).toBe(false);
});

it('unmounts what is mounted below the directory, and what lay below the mount is not touched', async () => {
  const directory = emptyCluster();
  const elsewhere = mkdtempSync(join(own, 'elsewhere-'));
  writeFileSync(join(elsewhere, 'precious'), '');
  const point = join(directory, 'a mount');
  mkdirSync(point);
  const { status, stderr } = spawnSync('mount', ['--bind', elsewhere, point], { encoding: 'utf8' });
  // Without the right to mount there is nothing to unmount; the rest holds all the same.
  expect(status === 0 || /permission|superuser/.test(stderr)).toBe(true);
  await removeCluster(directory);
  expect(leftovers()['mounts']).toEqual([]);
  expect(readdirSync(elsewhere)).toEqual(['precious']);
});

it('gives its processes no variables of whoever starts it, but a few', async () => {
  const directory = emptyCluster();
  process.env['HTTPS_PROXY'] = 'http://user:secret@proxy.invalid';
  const { pid } = await startProcess(directory, {
    name: 'sleeper',
    program: 'sleep',
    args: ['60'],
    env: { OWN: 'yes' },
  });
  delete process.env['HTTPS_PROXY'];
  const names = environment(String(pid))
    .split('\0')
    .flatMap((line) => line.split('=')[0] ?? [])
    .filter((name) => name !== '');
  expect(names).toEqual(expect.arrayContaining(['PATH', 'OWN', 'CALICO_TEST_CLUSTER']));
  expect(
    names.filter((name) => !['PATH', 'HOME', 'TMPDIR', 'TZ', 'OWN', 'CALICO_TEST_CLUSTER'].includes(name)),
  ).toEqual([]);
  await removeCluster(directory);
});

it.each([
  ['whose owner is gone', { pid: 999_999_999, startTime: '1' }, true],
  [
    'whose owner has another start time, for it is another process',
    { pid: process.pid, startTime: '1' },
    true,
  ],
  ['that is kept, but has no control plane', null, true],
  ['whose owner runs', identifyProcess(process.pid), false],
])('takes a cluster %s for abandoned: %#', async (_, owner, isGone) => {
  const directory = emptyCluster(owner);
  expect(isAbandoned(directory)).toBe(isGone);
  expect(await removeAbandonedClusters()).toEqual(isGone ? [directory] : []);
  await removeCluster(directory);
});

it('does not take a directory for abandoned that is being made', async () => {
  const directory = join(own, 'calico-test-cluster-making');
  mkdirSync(directory);
  expect(isAbandoned(directory)).toBe(false);
  expect(await removeAbandonedClusters()).toEqual([]);
  rmSync(directory, { recursive: true });
});

it('says the end of the log of a program that ends at its start', async () => {
  const directory = emptyCluster();
  const { death } = await startProcess(directory, {
    name: 'brief',
    program: 'sh',
    args: ['-c', 'echo "the address is taken" >&2; exit 3'],
  });
  const text = await eventually(() => Promise.resolve(death()));
  expect(text).toBe('brief ended (exit status 3). The end of its log:\n  the address is taken');
  await expect(
    startProcess(directory, { name: 'missing', program: '/nowhere/at-all', args: [] }),
  ).rejects.toThrow(EnvironmentError);
  await removeCluster(directory);
});

describeWithCluster('a cluster', { controllers: false }, () => {
  it(
    `that goes up and down ${ROUNDS} times leaves nothing behind`,
    async () => {
      const atFirst = leftovers();
      for (let round = 1; round <= ROUNDS; round += 1) {
        const cluster = await ownCluster({ controllers: false });
        await cluster.api.call('GET', '/api/v1/namespaces');
        await cluster.stop();
      }
      expect(leftovers()).toEqual(atFirst);
    },
    ROUNDS * TIMEOUT_MS,
  );

  it(
    'whose owner was killed is taken down by the next start',
    async () => {
      const script = `
        import { startCluster } from '${PROJECT}/test-cluster/start-cluster.ts';
        const { directory } = await startCluster({ controllers: false });
        console.log(directory);
        setInterval(() => {}, 1000);`;
      const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
        cwd: PROJECT,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: process.env,
      });
      const [output] = (await once(owner.stdout, 'data')) as [Buffer];
      const directory = output.toString().trim();
      expect(readRecord(directory)?.isReady).toBe(true);
      expect(await removeAbandonedClusters()).toEqual([]);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      expect(markedProcesses(directory)).not.toEqual([]);
      const next = await ownCluster({ controllers: false });
      expect(existsSync(directory)).toBe(false);
      expect(markedProcesses(directory)).toEqual([]);
      await next.stop();
    },
    TIMEOUT_MS,
  );

  it(
    'that does not start leaves nothing behind, and says which program ended and why',
    async () => {
      const assets = join(own, 'assets');
      mkdirSync(assets);
      const atFirst = leftovers();
      writeFileSync(join(assets, 'etcd'), '#!/bin/sh\necho "the disk is full" >&2\nexit 1\n', {
        mode: 0o755,
      });
      process.env['KUBEBUILDER_ASSETS'] = assets;
      try {
        await expect(ownCluster({ controllers: false })).rejects.toThrow(
          /^etcd ended \(exit status 1\)\. The end of its log:\n {2}the disk is full/,
        );
      } finally {
        delete process.env['KUBEBUILDER_ASSETS'];
      }
      expect(leftovers()).toEqual(atFirst);
    },
    TIMEOUT_MS,
  );
});
