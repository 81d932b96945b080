import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { World } from '../../src/adapters/environment.js';
import { tellJournal } from '../../src/main/tell-journal.js';
import type { JournalHead } from '../../src/upgrade/journal/journal.js';
import { hostileText } from '../report/arbitrary-report.js';

const RUN = 'https://github.example.com/team/clusters/actions/runs/8';
const VARIABLES = {
  GITHUB_SERVER_URL: 'https://github.example.com',
  GITHUB_REPOSITORY: 'team/clusters',
  GITHUB_RUN_ID: '8',
};
const HEAD: JournalHead = {
  formatVersion: 1,
  mode: 'rollback',
  run: RUN,
  startedAt: '2026-11-27T02:00:00.000Z',
  from: 'v3.31.7',
  to: 'v3.30.7',
  hop: null,
  bundle: null,
  status: 'failed',
  stage: 'node',
  step: 'wave 1 of 3',
  reason: 'No such image.',
  wayOut: 'Run it again.',
  entries: 2,
};

let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'tell-journal-'));
});

afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

/** What is printed with such a file. */
function told(
  text: string | null,
  directory = 'calico-report',
  variables: Readonly<Record<string, string>> = {},
): string {
  const path = join(workspace, directory, 'journal/head.json');
  mkdirSync(dirname(path), { recursive: true });
  if (text !== null) writeFileSync(path, text);
  let printed = '';
  const stdout = { write: (more: string) => (printed += more) };
  tellJournal({ workspace, variables: { ...VARIABLES, ...variables }, stdout } as unknown as World);
  return printed;
}

function tellOf(changes: Partial<Record<keyof JournalHead, unknown>>): string {
  return told(JSON.stringify({ ...HEAD, ...changes }));
}

test.each(['failed', 'interrupted', 'running'])('a run that is %s is told, with the way out', (status) => {
  expect(tellOf({ status })).toBe(
    '::error title=Calico rollback is not done::The rollback ended in node: wave 1 of 3. No such image. Run it again.\n',
  );
});

test('a run that was killed has no reason, and perhaps no step', () => {
  expect(tellOf({ status: 'running', reason: '', stage: '', step: '' })).toBe(
    '::error title=Calico rollback is not done::The rollback ended before its first step. Run it again.\n',
  );
});

test('the report directory may have another name', () => {
  expect(told(JSON.stringify(HEAD), 'reports/here', { 'INPUT_REPORT-DIR': 'reports/here' })).toContain(
    '::error',
  );
});

test.each<[string, string | null]>([
  ['that is done', JSON.stringify({ ...HEAD, status: 'done' })],
  ['of another run', JSON.stringify({ ...HEAD, run: `${RUN}9` })],
  ['of a run on a terminal', JSON.stringify({ ...HEAD, run: 'a terminal, since 2026-11-27' })],
  ['that is not there', null],
  ['that is empty', ''],
  ['that is cut', JSON.stringify(HEAD).slice(0, 100)],
  ['that is no object', '7'],
  ['that is nothing', 'null'],
  ['that is a list', '[]'],
  ['that says nothing', '{}'],
])('nothing is told of a journal %s', (_, text) => {
  expect(told(text)).toBe('');
});

test('nothing is told outside of a workflow', () => {
  expect(told(JSON.stringify(HEAD), 'calico-report', { GITHUB_RUN_ID: '' })).toBe('');
  expect(told('{}', 'calico-report', { GITHUB_RUN_ID: '' })).toBe('');
});

test('whatever the file says, there is one command, and it is ours', () => {
  const text = fc.oneof(
    hostileText,
    fc.constantFrom('\n::set-env name=X::y', 'x::warning::', ',file=a', '%0A::'),
  );
  fc.assert(
    fc.property(text, text, text, text, (mode, step, reason, wayOut) => {
      const line = tellOf({ mode, step, reason, wayOut });
      expect(line.slice(0, -1)).not.toMatch(/[\r\n]/);
      const [, title = ''] = /^::error title=([^:,]*)::/.exec(line) ?? [];
      const plain = title.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%0A', '\n');
      expect(plain.replaceAll('%0D', '\r').replaceAll('%25', '%')).toBe(`Calico ${mode} is not done`);
    }),
  );
});
