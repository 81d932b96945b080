import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../src/errors.js';
import { nodeDirectory, realNodesDirectory } from './layout.js';

/** How a program ended that ran on a node. */
export interface NodeCommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real node that runs. */
export interface RealNode {
  readonly name: string;
  /** Its first process; who kills it switches the node off. */
  readonly pid: number;
  /** Its file system with all that is mounted there, as a path of this machine. */
  readonly root: string;
  /** Runs a program of this machine on the node, as root among its files, processes and network. */
  readonly run: (command: readonly [string, ...string[]], input?: Buffer) => Promise<NodeCommandResult>;
}

/**
 * A node of the cluster in this directory; any process of root can have it.
 *
 * @throws EnvironmentError where there is no such node.
 */
export function openRealNode(clusterDirectory: string, name: string): RealNode {
  const directory = nodeDirectory(clusterDirectory, name);
  const pidFile = join(directory, 'pid');
  if (!existsSync(pidFile)) {
    throw new EnvironmentError(
      `There is no real node ${name} in ${clusterDirectory}`,
      'Start the cluster with realNodes.',
    );
  }
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const enter = [`--target=${pid}`, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
  return {
    name,
    pid,
    root: `/proc/${pid}/root`,
    run: (command, input) => run('nsenter', [...enter, ...command], input),
  };
}

/** All real nodes of the cluster in this directory; none where it has none. */
export function openRealNodes(clusterDirectory: string): readonly RealNode[] {
  const directory = realNodesDirectory(clusterDirectory);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => existsSync(join(directory, name, 'pid')))
    .toSorted()
    .map((name) => openRealNode(clusterDirectory, name));
}

async function run(program: string, args: readonly string[], input?: Buffer): Promise<NodeCommandResult> {
  const child = spawn(program, args, { stdio: 'pipe', env: NODE_ENVIRONMENT });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined); // it ended without reading all; its status says why
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

const NODE_ENVIRONMENT = { PATH: '/opt/node:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };
