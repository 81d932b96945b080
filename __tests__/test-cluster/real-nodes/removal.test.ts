import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { listClusterDirectories, readRecord } from '../../../test-cluster/cluster-directory.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { markedProcesses } from '../../../test-cluster/processes.js';
import { nodeDirectory } from '../../../test-cluster/real-nodes/layout.js';
import { removeAbandonedClusters } from '../../../test-cluster/remove-cluster.js';
import { eventually } from '../eventually.js';
import { createScene, runAgnhost } from './scene.js';

/** What a cluster could leave on the machine, outside of its own namespaces. */
function tracesOf(directory: string): object {
  const mark = basename(directory);
  const isMarked = (line: string): boolean => line.includes(mark);
  return {
    directory: existsSync(directory),
    processes: markedProcesses(directory),
    commands: commandLines().filter(isMarked),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(isMarked),
    cgroups: spawnSync('find', ['/sys/fs/cgroup', '-name', mark], { encoding: 'utf8' }).stdout,
  };
}

const NO_TRACES = { directory: false, processes: [], commands: [], mounts: [], cgroups: '' };

/** What must be the same before and after, whatever other clusters run: none of them may touch it. */
function machine(): object {
  const settings = [
    'vm/overcommit_memory',
    'kernel/panic',
    'kernel/panic_on_oops',
    'kernel/keys/root_maxkeys',
  ];
  return {
    interfaces: readdirSync('/sys/class/net').toSorted(),
    routes: readFileSync('/proc/net/route', 'utf8'),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
    rules: spawnSync('iptables-save', { encoding: 'utf8' }).stdout.replace(/^#.*$/gm, ''),
    settings: settings.map((path) => readFileSync(join('/proc/sys', path), 'utf8')),
    files: ['/etc/cni/net.d', '/var/lib/kubelet', '/run/containerd', '/var/run/calico'].filter((path) =>
      existsSync(path),
    ),
  };
}

function commandLines(): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return ''; // gone in the meantime
    }
  });
}

function directoryOwnedBy({ pid }: ChildProcess): Promise<string> {
  const hasNode = (directory: string): boolean => existsSync(join(nodeDirectory(directory, 'real-1'), 'pid'));
  return eventually(() => {
    const directories = listClusterDirectories().filter((path) => readRecord(path)?.owner?.pid === pid);
    return Promise.resolve(directories.find(hasNode) ?? null);
  }, 120_000);
}

const before = machine();

describeWithCluster('a cluster with real nodes', { realNodes: 1, own: true }, (cluster) => {
  it('leaves nothing behind when it is stopped, and never touches the machine itself', async () => {
    const { directory } = cluster();
    await runAgnhost(await createScene(cluster()), 'pod', 'real-1');
    expect(tracesOf(directory)).not.toEqual(NO_TRACES);
    expect(machine()).toEqual(before);

    await cluster().stop();

    expect(tracesOf(directory)).toEqual(NO_TRACES);
    expect(machine()).toEqual(before);
  });

  it('leaves nothing behind when its owner is killed in the middle and another cleans up', async () => {
    const script = join(import.meta.dirname, 'owner.ts');
    const owner = spawn(process.execPath, ['--import', 'tsx', script], { stdio: 'ignore' });
    const directory = await directoryOwnedBy(owner);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(tracesOf(directory)).not.toEqual(NO_TRACES);

    await removeAbandonedClusters();

    expect(tracesOf(directory)).toEqual(NO_TRACES);
  }, 120_000);
});
