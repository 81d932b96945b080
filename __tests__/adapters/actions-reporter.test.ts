import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createActionsReporter } from '../../src/adapters/actions-reporter.js';
import { describeReporter } from '../ports/reporter-contract.js';

const FILES = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'] as const;
const before = Object.fromEntries(FILES.map((name) => [name, process.env[name]]));

/** One for all tests: @actions/core remembers the file of the summary. */
const folder = mkdtempSync(join(tmpdir(), 'actions-reporter-'));
let written = '';
let timeMs = 0;

beforeEach(() => {
  written = '';
  timeMs = 0;
  for (const name of FILES) {
    process.env[name] = join(folder, name);
    rmSync(join(folder, name), { recursive: true, force: true });
    writeFileSync(join(folder, name), '');
  }
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const name of FILES) {
    if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before[name];
  }
});

const build = () => createActionsReporter(() => timeMs);

function makeUnwritable(name: (typeof FILES)[number]): void {
  rmSync(join(folder, name));
  mkdirSync(join(folder, name));
}

describeReporter('actions', () => {
  FILES.forEach(makeUnwritable);
  return build();
});

test('findings become annotations at their place', () => {
  const annotation = {
    severity: 'error',
    title: 'T: t',
    message: 'm\nn',
    path: 'a,b.yaml',
    line: 3,
    column: 7,
  } as const;
  build().annotate([annotation, { ...annotation, severity: 'notice', path: '', line: 0 }]);
  expect(written).toBe(
    '::error title=T%3A t,file=a%2Cb.yaml,line=3,endLine=3,col=7::m%0An\n::notice title=T%3A t::m%0An\n',
  );
});

test('text of the log that looks like a command is none', () => {
  build().info('::set-output name=x::1\n  ::error::boo\nnode ##[group]x\nfine: :: yes');
  expect(written).toBe(': :set-output name=x::1\n  : :error::boo\nnode ## [group]x\nfine: :: yes\n');
});

test('outputs and the summary are written where the runner looks', async () => {
  const reporter = build();
  reporter.setOutputs({ result: 'passed', 'report-dir': 'out' });
  await reporter.writeSummary('# one\n');
  expect(readFileSync(join(folder, 'GITHUB_OUTPUT'), 'utf8')).toMatch(
    /^result<<(ghadelimiter_\S+)\npassed\n\1\nreport-dir<<(\S+)\nout\n\2\n$/,
  );
  expect(readFileSync(join(folder, 'GITHUB_STEP_SUMMARY'), 'utf8')).toBe('# one\n');
});

describe('what cannot be written is a warning', () => {
  test('for the summary', async () => {
    makeUnwritable('GITHUB_STEP_SUMMARY');
    await build().writeSummary('# one');
    expect(written).toMatch(/^::warning::The job summary could not be written: /);
  });

  test('for outputs', () => {
    makeUnwritable('GITHUB_OUTPUT');
    build().setOutputs({ result: 'passed' });
    expect(written).toMatch(/^::warning::The outputs could not be set: /);
  });
});

test('a secret is masked by the runner and by the reporter itself', async () => {
  const reporter = build();
  reporter.mask('s3cr3t-token');
  reporter.info('s3cr3t-token');
  reporter.warning('s3cr3t-token');
  reporter.setOutputs({ x: 's3cr3t-token' });
  await reporter.writeSummary('s3cr3t-token');
  expect(written).toBe('::add-mask::s3cr3t-token\n***\n::warning::***\n');
  const files = FILES.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
  expect(files).not.toContain('s3cr3t');
});

test('a group is closed even where its run fails', async () => {
  await expect(build().group('scan', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(written).toBe('::group::scan\n::endgroup::\n');
});

test('progress is a line every ten seconds', () => {
  const reporter = build();
  for (timeMs = 0; timeMs <= 20_000; timeMs += 500) reporter.progress(`${timeMs} ms`);
  expect(written).toBe('10000 ms\n20000 ms\n');
});
