import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Report } from '../../src/report/report.js';

/** What a run of the built program printed and wrote. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
  /** null where none was written. */
  readonly report: Report | null;
  readonly reportDir: string;
}

const PROGRAM = resolve('dist/index.js');

/** A folder of its own for a test; removed by {@link removeFolders}. */
export function makeFolder(tree: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const folders: string[] = [];

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/**
 * Runs `node dist/index.js` with flags in a folder; reports go to a folder of their own unless a flag says otherwise.
 * @param onStart given the process, to send it signals
 */
export function runProgram(
  folder: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Run> {
  const named = flags.indexOf('--report-dir');
  const reportDir = named === -1 ? makeFolder() : join(folder, flags[named + 1] ?? '');
  const isWorkflow = env['GITHUB_ACTIONS'] === 'true';
  const args = isWorkflow ? [] : named === -1 ? [...flags, '--report-dir', reportDir] : flags;
  const base = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: { ...base, ...env, 'INPUT_REPORT-DIR': reportDir },
  });
  onStart(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => done({ status, output, reportDir, report: readReport(reportDir) }));
  });
}

function readReport(reportDir: string): Report | null {
  try {
    return JSON.parse(readFileSync(join(reportDir, 'report.json'), 'utf8')) as Report;
  } catch {
    return null;
  }
}
