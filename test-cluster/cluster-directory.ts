import { randomInt } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { identifyProcess, type ProcessIdentity } from './processes.js';

/** What a cluster's directory says of it (`cluster.json`). */
export interface ClusterRecord {
  readonly id: string;
  /** The process that the cluster belongs to; null: it is kept until someone takes it down. */
  readonly owner: ProcessIdentity | null;
  readonly isReady: boolean;
  readonly createdAt: string;
  readonly kubernetes: string;
  readonly server: string;
  readonly lightNodes: readonly string[];
  readonly realNodes: readonly string[];
  readonly hasAuditLog: boolean;
  /** What was installed, for people: `Calico v3.30.1 (manifest)`; null: nothing. */
  readonly installed: string | null;
}

/** A process that was started for a cluster. */
export interface ProcessRecord extends ProcessIdentity {
  readonly name: string;
  /** Program and arguments, with what comes before them; empty where it is not to be started again. */
  readonly command: readonly string[];
}

const PREFIX = 'calico-test-cluster-';
/** A directory without a record is being made just now, unless it is as old as this. */
const UNFINISHED_MS = 60_000;

export const clusterFiles = {
  record: (directory: string): string => join(directory, 'cluster.json'),
  kubeconfig: (directory: string): string => join(directory, 'kubeconfig'),
  auditLog: (directory: string): string => join(directory, 'audit.log'),
  pki: (directory: string): string => join(directory, 'pki'),
  logs: (directory: string): string => join(directory, 'logs'),
  log: (directory: string, name: string): string => join(directory, 'logs', `${name}.log`),
} as const;

/** Makes the directory of a new cluster. */
export function createClusterDirectory(
  first: Omit<ClusterRecord, 'id' | 'createdAt' | 'isReady' | 'installed'>,
): string {
  const id = Array.from({ length: 6 }, () => randomInt(36).toString(36)).join('');
  const directory = directoryOf(id);
  mkdirSync(directory, { mode: 0o700 });
  mkdirSync(clusterFiles.logs(directory));
  mkdirSync(clusterFiles.pki(directory));
  const createdAt = new Date().toISOString();
  writeRecord(directory, { ...first, id, createdAt, isReady: false, installed: null });
  return directory;
}

/** Where the cluster of this id has, or would have, its directory. */
export function directoryOf(id: string): string {
  return join(temporaryDirectory(), PREFIX + id);
}

function temporaryDirectory(): string {
  const named = process.env['TMPDIR'];
  return named === undefined || named === '' ? tmpdir() : named;
}

/** This user's clusters on this machine, whatever state they are in. */
export function listClusterDirectories(): readonly string[] {
  return listOwnDirectories(PREFIX);
}

/** This user's directories in the temporary directory whose names begin so. */
export function listOwnDirectories(prefix: string): readonly string[] {
  return readdirSync(temporaryDirectory())
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(temporaryDirectory(), name))
    .filter(isOwn);
}

/** A directory that another user laid out must never be believed: what it records is run and killed. */
function isOwn(directory: string): boolean {
  const stat = statSync(directory, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && stat.uid === process.getuid?.();
}

/** The record; null where the directory has none, or is gone. */
export function readRecord(directory: string): ClusterRecord | null {
  const path = clusterFiles.record(directory);
  if (!existsSync(path)) return null;
  return {
    ...(JSON.parse(readFileSync(path, 'utf8')) as ClusterRecord),
    id: basename(directory).slice(PREFIX.length),
  };
}

export function updateRecord(directory: string, change: Partial<ClusterRecord>): ClusterRecord {
  const record = readRecord(directory);
  if (record === null) throw new Error(`${directory} is not the directory of a cluster`);
  const changed = { ...record, ...change };
  writeRecord(directory, changed);
  return changed;
}

function writeRecord(directory: string, record: ClusterRecord): void {
  const path = clusterFiles.record(directory);
  writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** Notes a process, so that whoever takes the cluster down finds it. */
export function recordProcess(
  directory: string,
  name: string,
  pid: number,
  command: readonly string[] = [],
): void {
  const identity = identifyProcess(pid);
  if (identity !== null) appendLine(directory, 'processes.jsonl', { name, ...identity, command });
}

export function recordedProcesses(directory: string): readonly ProcessRecord[] {
  return readLines(directory, 'processes.jsonl') as readonly ProcessRecord[];
}

/**
 * Notes a command that undoes something outside the directory (a namespace, an interface). Note it before the thing is
 * made. The commands run in reverse order once all processes are gone, and have to bear that there is nothing to undo.
 */
export function recordUndo(directory: string, command: readonly [string, ...string[]]): void {
  appendLine(directory, 'undo.jsonl', command);
}

export function recordedUndo(directory: string): readonly (readonly [string, ...string[]])[] {
  return readLines(directory, 'undo.jsonl') as readonly (readonly [string, ...string[]])[];
}

function appendLine(directory: string, file: string, value: unknown): void {
  appendFileSync(join(directory, file), `${JSON.stringify(value)}\n`);
}

function readLines(directory: string, file: string): readonly unknown[] {
  const path = join(directory, file);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1); // a line cut short by a kill is none
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** Whether nobody will ever take this cluster down: its owner died, or it never got as far as a record. */
export function isAbandoned(directory: string): boolean {
  const record = readRecord(directory);
  if (record === null) {
    const stat = statSync(directory, { throwIfNoEntry: false });
    return stat !== undefined && Date.now() - stat.mtimeMs > UNFINISHED_MS;
  }
  if (record.owner !== null) return identifyProcess(record.owner.pid)?.startTime !== record.owner.startTime;
  return !hasControlPlane(directory);
}

function hasControlPlane(directory: string): boolean {
  const running = recordedProcesses(directory).filter(
    ({ pid, startTime }) => identifyProcess(pid)?.startTime === startTime,
  );
  return ['etcd', 'kube-apiserver'].every((name) => running.some((process) => process.name === name));
}
