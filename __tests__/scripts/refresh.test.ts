import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { runCommand } from '../../scripts/catalog-refresh/command.js';
import { FakeRepository, makeUpstream, operatorManifest, type FakeUpstream } from './fake-upstream.js';

const MAIN = fileURLToPath(new URL('../../scripts/catalog-refresh/main.ts', import.meta.url));
const META = {
  generated: '2000-01-01',
  from: [],
  supportPolicy: { newestMinors: 2, source: 'https://example.com', date: '2000-01-01' },
};
const CURATED = { id: 'by-hand', releases: ['v3.24.0'], origin: 'curated', seeAlso: null };

jest.setTimeout(60_000);

let upstream: FakeUpstream;
let data: string;
let count = 0;

beforeAll(() => {
  upstream = makeUpstream();
});

afterAll(() => {
  upstream.remove();
});

beforeEach(() => {
  data = join(upstream.folder, `data-${++count}`);
  mkdirSync(data);
  writeFileSync(join(data, 'meta.json'), JSON.stringify(META));
  writeFileSync(join(data, 'traps.json'), JSON.stringify([CURATED]));
});

function run(changes: Partial<Record<'calico' | 'operator' | 'docs', string>> = {}, ...more: string[]) {
  const from = (name: 'calico' | 'operator' | 'docs') => [
    `--${name}`,
    changes[name] ?? upstream[name].directory,
  ];
  return runMain([...from('calico'), ...from('operator'), ...from('docs'), '--data', data, ...more]);
}

function runMain(args: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const status = runCommand(args, {
    out: (text) => (written.stdout += text),
    err: (text) => (written.stderr += text),
  });
  return { status, ...written };
}

function rows(file: string): Record<string, unknown>[] {
  return JSON.parse(readFileSync(join(data, file), 'utf8')) as Record<string, unknown>[];
}

describe('catalog:refresh', () => {
  test('writes what the tags and the docs say, and changes nothing when run again', () => {
    const first = run();
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain(
      'releases.json: 3 added, 0 removed, 0 changed\n  + v3.20.0\n  + v3.24.0\n  + v3.24.1\n',
    );
    expect(
      rows('releases.json').map(({ version, operator, announced }) => [version, operator, announced]),
    ).toEqual([
      ['v3.20.0', 'v1.20.0', true],
      ['v3.24.0', 'v1.28.0', true],
      ['v3.24.1', 'v1.28.1', true],
    ]);
    expect(rows('operators.json').map(({ version }) => version)).toEqual(['v1.20.0', 'v1.28.0', 'v1.28.1']);
    expect(rows('traps.json').map(({ id }) => id)).toEqual(['v3.24.1-operator-installs-v3.24.0', 'by-hand']);
    expect(rows('manifests.json').map(({ release, file }) => [release, file])).toEqual([
      ['v3.24.0', 'calico.yaml'],
      ['v3.24.0', 'tigera-operator.yaml'],
      ['v3.24.1', 'calico.yaml'],
      ['v3.24.1', 'tigera-operator.yaml'],
    ]);
    expect(rows('install-objects.json').map(({ name, since }) => [name, since])).toEqual([
      ['ippools.crd.projectcalico.org', 'v3.20.0'],
      ['calico-node', 'v3.20.0'],
      ['tigera-operator', 'v3.24.0'],
    ]);
    expect(run()).toMatchObject({ status: 0, stdout: 'no change (upstream read up to 2023-10-01)\n' });
  });

  test('reads statements from tags and from docs that the default branch has dropped', () => {
    run();
    expect(rows('tested-kubernetes.json').map((row) => ({ ...row, source: undefined }))).toEqual([
      {
        calico: 'v3.19',
        kubernetes: ['v1.19', 'v1.20'],
        worksFrom: 'v1.16',
        history: [],
        date: '2021-04-30',
      },
      {
        calico: 'v3.20',
        kubernetes: ['v1.19', 'v1.20'],
        worksFrom: 'v1.16',
        history: [],
        date: '2021-07-30',
      },
      {
        calico: 'v3.24',
        kubernetes: ['v1.22', 'v1.23', 'v1.24'],
        worksFrom: 'v1.21',
        history: [{ date: '2022-09-01', kubernetes: ['v1.22', 'v1.23'] }],
        date: '2022-10-01',
      },
    ]);
  });

  test('--check writes nothing and fails when something would change', () => {
    const check = run({}, '--check');
    expect(check.status).toBe(1);
    expect(check.stdout).toContain('operators.json: 3 added');
    expect(readFileSync(join(data, 'meta.json'), 'utf8')).toBe(JSON.stringify(META));
    run();
    expect(run({}, '--check').status).toBe(0);
  });

  test('meta.json names the commits of the last change, and keeps the support policy', () => {
    run();
    const meta = JSON.parse(readFileSync(join(data, 'meta.json'), 'utf8')) as typeof META;
    expect(meta).toMatchObject({ generated: '2023-10-01', supportPolicy: META.supportPolicy });
    expect(meta.from).toHaveLength(3);
  });

  test('a bare clone is read as a work tree is', () => {
    const bare = join(upstream.folder, `bare-${count}.git`);
    upstream.calico.git(['clone', '--quiet', '--bare', upstream.calico.directory, bare]);
    run();
    expect(run({ calico: bare })).toMatchObject({ status: 0, stdout: expect.stringContaining('no change') });
  });

  test('says which rows changed', () => {
    run();
    const releases = rows('releases.json').map((row) => ({ ...row, announced: false }));
    writeFileSync(join(data, 'releases.json'), JSON.stringify(releases));
    expect(run().stdout).toContain('  ~ v3.24.0: announced false → true\n');
  });
});

describe('catalog:refresh refuses', () => {
  const expectError = (result: ReturnType<typeof run>, message: string) => {
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  };

  test('a directory that is not there', () => {
    expectError(
      run({ calico: '/nowhere' }),
      'error: /nowhere is not a directory. Clone https://github.com/projectcalico/calico there.',
    );
  });

  test('a directory that is no repository', () => {
    expectError(run({ docs: upstream.folder }), `${upstream.folder} is not the root of a git repository`);
  });

  test('a folder inside another repository', () => {
    const inside = join(upstream.calico.directory, 'manifests');
    expectError(
      run({ operator: inside }),
      `${inside} is not the root of a git repository: it is the folder manifests/`,
    );
  });

  test('a repository without the tags', () => {
    const empty = new FakeRepository(upstream.folder, `empty-${count}`).commit('2022-01-01', {
      'README.md': 'x',
    });
    expectError(
      run({ calico: empty.directory }),
      'has no release tags (v3.20.0 or newer). Run git fetch --tags',
    );
    expectError(run({ operator: empty.directory }), 'has no release tags that name a Calico release.');
  });

  test('a shallow clone', () => {
    const shallow = join(upstream.folder, `shallow-${count}`);
    upstream.docs.git(['clone', '--quiet', '--depth=1', `file://${upstream.docs.directory}`, shallow]);
    expectError(run({ docs: shallow }), `fetch --unshallow --tags.`);
  });

  test('a clone that lacks tags which the catalog has', () => {
    run();
    const partial = join(upstream.folder, `partial-${count}`);
    upstream.calico.git(['clone', '--quiet', upstream.calico.directory, partial]);
    upstream.calico.git(['-C', partial, 'tag', '--delete', 'v3.24.1']);
    expectError(run({ calico: partial }), 'The clone lacks 1 tags that releases.json has rows for: v3.24.1.');
  });

  test('a manifest that is no YAML', () => {
    const broken = join(upstream.folder, `broken-${count}`);
    upstream.calico.git(['clone', '--quiet', upstream.calico.directory, broken]);
    const manifest = `${operatorManifest('v1.28.1')}\n: [`;
    new FakeRepository(upstream.folder, `source-${count}`).commit(
      '2022-01-01',
      { 'manifests/tigera-operator.yaml': manifest, 'manifests/calico.yaml': 'image: calico/node:v3.24.1\n' },
      'v3.24.1',
    );
    const source = join(upstream.folder, `source-${count}`);
    expectError(run({ calico: source }), 'is not readable as YAML');
  });

  test('a missing option, with the usage', () => {
    expectError(runMain(['--check']), '--calico, --operator and --docs are all needed.');
    expectError(runMain(['--unknown']), 'npm run catalog:refresh -- --calico DIR');
  });
});

test('the script prints errors without a stack and sets the exit status', () => {
  const result = spawnSync(process.execPath, ['--import', 'tsx', MAIN, '--check'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(result.status).toBe(2);
  expect(result.stderr).toMatch(/^error: --calico, --operator and --docs are all needed\. \nRebuilds /);
});
