import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A command to time, as a whole process. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Seconds of wall time of each run, and the largest resident set in MiB where the command is node. */
export interface Timing {
  readonly seconds: readonly number[];
  readonly peakMib: number | null;
}

/** Runs two commands in turn, A B A B …, after one run of each that does not count. */
export function timeInTurn(a: Command, b: Command, runs: number): { readonly a: Timing; readonly b: Timing } {
  runOnce(a);
  runOnce(b);
  const results = { a: [] as Run[], b: [] as Run[] };
  for (let index = 0; index < runs; index++) {
    results.a.push(runOnce(a));
    results.b.push(runOnce(b));
  }
  return { a: summarise(results.a), b: summarise(results.b) };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

interface Run {
  readonly seconds: number;
  readonly peakMib: number | null;
}

/** Writes the peak of the resident set where the parent can read it, when the process ends. */
const REPORT_PEAK = `data:text/javascript,import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(process.env.PEAK_FILE,String(process.resourceUsage().maxRSS/1024)))`;

function runOnce({ file, args, cwd, env }: Command): Run {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const peakFile = join(folder, 'peak');
  const isNode = file === process.execPath;
  const measured = env?.['MEASURE_PEAK'] === '1' && isNode ? ['--import', REPORT_PEAK, ...args] : args;
  const start = process.hrtime.bigint();
  const { error, status } = spawnSync(file, measured, {
    cwd,
    env: { ...cleanEnvironment(), ...env, PEAK_FILE: peakFile },
    stdio: 'ignore',
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (error ?? status === null) throw new Error(`${file} ${args.join(' ')} did not run: ${String(error)}`);
  const peakMib = measured === args ? null : Number(readFileSync(peakFile, 'utf8'));
  rmSync(folder, { recursive: true });
  return { seconds, peakMib };
}

/** What a workflow sets would change what the program does. */
function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(?:GITHUB_|INPUT_)/.test(name),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

function summarise(runs: readonly Run[]): Timing {
  const peaks = runs.map(({ peakMib }) => peakMib).filter((peak) => peak !== null);
  return {
    seconds: runs.map(({ seconds }) => seconds),
    peakMib: peaks.length === 0 ? null : Math.max(...peaks),
  };
}
