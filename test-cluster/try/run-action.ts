import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from './say.js';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface ActionRun {
  readonly status: number | null;
  /** `passed`, `rolled-back`, …; empty where there is no report. */
  readonly result: string;
}

/** Runs the program as users do, and shows what it prints. */
export async function runAction(flags: readonly string[], reportDir: string): Promise<ActionRun> {
  const args = ['dist/index.js', ...flags, '--report-dir', reportDir];
  say(`$ node ${args.map((arg) => (/^[\w./:=%,@-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ')}\n`);
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'inherit', 'inherit'] });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  process.stdout.write('\n');
  return { status, result: resultIn(resolve(PROJECT, reportDir)) };
}

function resultIn(directory: string): string {
  try {
    const text = readFileSync(join(directory, 'report.json'), 'utf8');
    return (JSON.parse(text) as { readonly result: string }).result;
  } catch {
    return '';
  }
}
