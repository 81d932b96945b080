import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'try-'));
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

function runTry(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const args = ['--import', 'tsx', 'test-cluster/try.ts', '--report-dir', join(place, 'report')];
  const child = spawn(process.execPath, args, { env });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done) => child.on('close', (status) => done({ status, output })));
}

describe('npm run try, where no cluster can be had', () => {
  it('says why, and shows the check of the example', async () => {
    // Neither Go nor anything that it has built
    symlinkSync(process.execPath, join(place, 'node'));
    const { status, output } = await runTry({ PATH: place, HOME: place, XDG_CACHE_HOME: place });
    expect(output).toContain('There can be no cluster to upgrade on this machine: ');
    expect(output).toContain('It failed, as it should: the example holds real faults.');
    expect(status).toBe(0);
    expect(existsSync(join(place, 'report/check/report.html'))).toBe(true);
  }, 60_000);
});

describeInTurn('npm run try', () => {
  describeWithCalico('npm run try, where one can', { controllers: false }, () => {
    it('upgrades it, breaks the next upgrade, which goes back, and leaves the reports', async () => {
      const { status, output } = await runTry(process.env);
      expect(output).toContain('Calico v3.31.7 runs, with the MTU as it was set.');
      expect(output).toContain('no other was touched, and Calico v3.31.7 runs again everywhere.');
      expect(output).toContain('The cluster is gone.');
      expect(status).toBe(0);
      const page = readFileSync(join(place, 'report/broken-upgrade/report.html'), 'utf8');
      expect(page).toContain('was rolled back: Calico v3.31.7 runs again');
      const [, directory = ''] = /ready: (.*)\/kubeconfig/.exec(output) ?? [];
      expect(directory).not.toBe('');
      expect(existsSync(directory)).toBe(false);
    }, 600_000);
  });
});
