import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { listClusterDirectories, readRecord } from '../../../test-cluster/cluster-directory.js';
import { markedProcesses } from '../../../test-cluster/processes.js';
import { nodeDirectory } from '../../../test-cluster/real-nodes/layout.js';
import { removeAbandonedClusters } from '../../../test-cluster/remove-cluster.js';
import { startCluster } from '../../../test-cluster/start-cluster.js';
import { describeRealNodes, lackOfRealNodes } from './requirements.js';
import { eventually, runAgnhost } from './scene.js';

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

async function directoryOwnedBy({ pid }: ChildProcess): Promise<string> {
  const seen = (): Promise<string | undefined> =>
    Promise.resolve(
      listClusterDirectories().find(
        (directory) =>
          readRecord(directory)?.owner?.pid === pid &&
          existsSync(join(nodeDirectory(directory, 'real-1'), 'pid')),
      ),
    );
  return (await eventually('a node', seen, (directory) => directory !== undefined)) ?? '';
}

jest.setTimeout(180_000);

describeRealNodes(`a cluster with real nodes (${lackOfRealNodes ?? 'available'})`, () => {
  test('leaves nothing behind when it is stopped, and the machine as it was', async () => {
    const before = machine();
    const cluster = await startCluster({ realNodes: 1 });
    await runAgnhost(cluster, 'pod', 'real-1');
    expect(tracesOf(cluster.directory)).not.toEqual(NO_TRACES);
    expect(machine()).toEqual(before);

    await cluster.stop();

    expect(tracesOf(cluster.directory)).toEqual(NO_TRACES);
    expect(machine()).toEqual(before);
  });

  test('leaves nothing behind when its owner was killed in the middle and another cleans up', async () => {
    const script = join(import.meta.dirname, 'owner.ts');
    const owner = spawn(process.execPath, ['--import', 'tsx', script], { stdio: 'ignore' });
    const directory = await directoryOwnedBy(owner);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(tracesOf(directory)).not.toEqual(NO_TRACES);

    await removeAbandonedClusters();

    expect(tracesOf(directory)).toEqual(NO_TRACES);
  });
});
