import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { EnvironmentError } from '../../src/errors.js';
import { clusterFiles, recordProcess } from '../cluster-directory.js';
import { CLUSTER_MARK } from '../processes.js';
import { type RunningProcess, startProcess, waitWhileRunning } from '../start-process.js';
import { realNodesAvailability } from './availability.js';
import { FABRIC_ADDRESS, FABRIC_ADDRESS_WITH_PREFIX, fabricDirectory } from './layout.js';

/** The network of a cluster with real nodes: a namespace with a bridge and no way out. */
export interface Fabric {
  readonly process: RunningProcess;
  /** The process whose namespaces it is. */
  readonly pid: number;
  /** Words before a program that put it into this network. */
  readonly prefix: readonly [string, ...string[]];
  /** Where the API server listens, in there. */
  readonly address: string;
  readonly port: number;
  /** How the API server is reached from this machine: `https://127.0.0.1:PORT`. */
  readonly server: string;
}

const API_SERVER_PORT = 6443;
const START_TIMEOUT_MS = 20_000;

/**
 * Makes the network, and a process that carries connections to a port of this machine's loopback interface into it.
 *
 * @throws EnvironmentError where this machine cannot have real nodes, or the kernel refuses it.
 */
export async function startFabric(directory: string): Promise<Fabric> {
  const availability = realNodesAvailability();
  if (!availability.isAvailable) {
    throw new EnvironmentError(
      availability.reason,
      'Start the cluster without real nodes, or on another machine.',
    );
  }
  const own = fabricDirectory(directory);
  mkdirSync(own);
  const script = join(import.meta.dirname, 'fabric.sh');
  const process = await startProcess(directory, {
    name: 'fabric',
    program: 'unshare',
    args: ['--net', '--pid', '--fork', '--kill-child', 'sh', script, own, FABRIC_ADDRESS_WITH_PREFIX],
  });
  await waitWhileRunning({
    what: 'the network of the real nodes',
    timeoutMs: START_TIMEOUT_MS,
    processes: [process],
    missing: () => Promise.resolve(existsSync(join(own, 'pid')) ? null : 'no bridge'),
  });
  const pid = readPid(own);
  const prefix = prefixOf(pid);
  const localPort = await startForwarder(directory, prefix);
  const server = `https://127.0.0.1:${localPort}`;
  return { process, pid, prefix, address: FABRIC_ADDRESS, port: API_SERVER_PORT, server };
}

/**
 * A socket stays in the network namespace that it was made in. So the port is opened here and handed to a process that
 * lives in there. Nothing has to be routed between the two, and no other port leads in.
 */
async function startForwarder(directory: string, prefix: Fabric['prefix']): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const script = join(import.meta.dirname, 'forwarder.ts');
  const [program, ...args] = [...prefix, process.execPath, script, FABRIC_ADDRESS, String(API_SERVER_PORT)];
  const log = openSync(clusterFiles.log(directory, 'forwarder'), 'a', 0o600);
  const child = spawn(program, args, {
    cwd: directory,
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', [CLUSTER_MARK]: directory },
  });
  closeSync(log);
  await once(child, 'spawn');
  recordProcess(directory, 'forwarder', child.pid ?? 0);
  child.send('listener', listener);
  const isReady = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  listener.close();
  if (!isReady) {
    throw new EnvironmentError(
      `The way into the network of the real nodes could not be made: ${readFileSync(clusterFiles.log(directory, 'forwarder'), 'utf8')}`,
      'It needs a Node.js that runs TypeScript by itself (24).',
    );
  }
  child.disconnect();
  child.unref();
  return port;
}

/**
 * A listener at the fabric's address, for a server of this process: the API server and pods reach nothing else of this
 * machine. Null where the cluster in this directory has no real nodes.
 */
export async function listenInFabric(directory: string): Promise<Server | null> {
  const own = fabricDirectory(directory);
  if (!existsSync(own)) return null;
  const script = join(import.meta.dirname, 'listener.ts');
  const [program, ...args] = [...prefixOf(readPid(own)), process.execPath, script, FABRIC_ADDRESS];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => null)]);
  if (answer === null) {
    throw new EnvironmentError(
      `Nothing can listen in the network of the real nodes of ${directory}`,
      'It needs root, and a Node.js that runs TypeScript by itself (24).',
    );
  }
  child.disconnect();
  return answer[1] as Server;
}

function prefixOf(pid: number): Fabric['prefix'] {
  return ['nsenter', `--target=${pid}`, '--net'];
}

function readPid(fabric: string): number {
  return Number(readFileSync(join(fabric, 'pid'), 'utf8'));
}
