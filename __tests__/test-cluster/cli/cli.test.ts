import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { eventually } from '../eventually.js';

const PROJECT = join(import.meta.dirname, '..', '..', '..');
const TIMEOUT_MS = 300_000;
const COMMAND = ['--import', 'tsx', join(PROJECT, 'test-cluster', 'cli.ts')];

/** The clusters of this file are in a folder of their own, so that those of others are left alone. */
let own = '';
beforeAll(() => {
  own = mkdtempSync(join(tmpdir(), 'cluster-cli-'));
});
afterAll(() => {
  cluster('down', '--all');
  rmSync(own, { recursive: true });
}, TIMEOUT_MS);

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function cluster(...args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, ...args], {
    cwd: PROJECT,
    env: { ...process.env, TMPDIR: own },
    encoding: 'utf8',
  });
  return { status, out: stdout.trim(), err: stderr };
}

function idOf({ out }: Ended): string {
  return /^([a-z0-9]{6}) /m.exec(out)?.[1] ?? '';
}

function clientOf({ out }: Ended): Promise<ClusterClient> {
  const [, kubeconfig = ''] = /^ {2}kubeconfig {2}(\S+)$/m.exec(out) ?? [];
  return createClusterClient(kubeconfig, null);
}

function directories(): readonly string[] {
  return readdirSync(own).filter((name) => name.startsWith('calico-test-cluster-'));
}

it('says what is wrong with arguments in one line, and exits with 2', () => {
  const { status, out, err } = cluster('up', '--nodes', 'two');
  expect([status, out]).toEqual([2, '']);
  expect(err).toBe(
    'error: --nodes is a number from 0 to 200, not two. `npm run cluster -- help` lists all.\n',
  );
});

it('has no cluster at first', () => {
  expect(cluster('status')).toEqual({ status: 0, out: 'There is no cluster.', err: '' });
  expect(cluster('down')).toEqual({ status: 0, out: 'There is no cluster to take down.', err: '' });
  expect(cluster('down', 'a1b2c3').err).toContain('There is no cluster a1b2c3.');
});

describeWithCluster('npm run cluster', { lightNodes: 2 }, () => {
  let first = '';
  let second = '';

  it(
    'up leaves a cluster running and tells where its kubeconfig is',
    async () => {
      const up = cluster('up', '--light-nodes', '2');
      first = idOf(up);
      expect(up.status).toBe(0);
      expect(up.err).toMatch(/ s {2}starting the control plane of Kubernetes v/);
      expect(up.err).toMatch(/ s {2}registering 2 light nodes\n/);
      expect(up.out).toContain(' running, just started\n  nodes       2 light (light-1, light-2)\n');
      const client = await clientOf(up);
      const names: string[] = [];
      for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Node' })) {
        names.push(...items.map(({ metadata }) => metadata.name));
      }
      expect(names).toEqual(['light-1', 'light-2']);
    },
    TIMEOUT_MS,
  );

  it(
    'up beside it is another cluster, and status tells both',
    () => {
      second = idOf(cluster('up'));
      expect(second).not.toBe(first);
      const { out } = cluster('status');
      expect(out.split('\n').filter((line) => line.includes(' running, '))).toHaveLength(2);
      expect(out).toContain(`${second}  Kubernetes v`);
    },
    TIMEOUT_MS,
  );

  it('down asks which of two is meant', () => {
    const { status, err } = cluster('down');
    expect(status).toBe(2);
    expect(err).toMatch(/^error: There are 2 clusters: \w{6}, \w{6}\. Say which one, or --all\.\n$/);
    expect(directories()).toHaveLength(2);
  });

  it('down takes the one that is named, and then the only one', () => {
    expect(cluster('down', first)).toEqual({ status: 0, out: `Gone: ${first}`, err: '' });
    expect(directories()).toEqual([`calico-test-cluster-${second}`]);
    expect(cluster('down')).toEqual({ status: 0, out: `Gone: ${second}`, err: '' });
    expect(directories()).toEqual([]);
  });

  it(
    'up that is interrupted takes down what it has begun',
    async () => {
      const up = spawn(process.execPath, [...COMMAND, 'up'], {
        cwd: PROJECT,
        env: { ...process.env, TMPDIR: own },
        stdio: 'ignore',
      });
      await eventually(() => Promise.resolve(directories().length === 1 ? true : null), TIMEOUT_MS);
      up.kill('SIGINT');
      expect(await once(up, 'exit')).toEqual([1, null]);
      expect(directories()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'up that was killed is seen by status, and taken down by the next command',
    async () => {
      const up = spawn(process.execPath, [...COMMAND, 'up'], {
        cwd: PROJECT,
        env: { ...process.env, TMPDIR: own },
        stdio: 'ignore',
      });
      await eventually(() => Promise.resolve(directories().length === 1 ? true : null), TIMEOUT_MS);
      up.kill('SIGKILL');
      await once(up, 'exit');
      expect(cluster('status').out).toContain('broken (the next up removes it)');
      expect(cluster('down').out).toMatch(/^Gone: \w{6}$/);
      expect(directories()).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describeWithCluster('npm run cluster with Calico', { realNodes: 1 }, () => {
  it.each([
    ['manifest', '--nodes'],
    ['operator', '--nodes'],
    ['operator', '--light-nodes'],
  ])(
    'up installs it by %s, waits until it is ready (%s), serves its API where there is one, and down leaves nothing',
    async (method, nodes) => {
      const up = cluster('up', nodes, '1', '--calico', 'v3.30.7', '--install', method);
      expect({ status: up.status, err: up.err }).toEqual({
        status: 0,
        err: expect.stringContaining('Calico v3.30.7 is ready\n'),
      });
      expect(up.out).toContain(`installed   Calico v3.30.7 (${method})`);
      const { kinds } = await (await clientOf(up)).discover();
      const isServed = kinds.some(({ apiVersion }) => apiVersion === 'projectcalico.org/v3');
      expect(isServed).toBe(method === 'operator');
      expect(cluster('down').out).toBe(`Gone: ${idOf(up)}`);
      expect(directories()).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
