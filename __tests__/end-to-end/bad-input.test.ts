import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { makeFolder, removeFolders, type Run, runProgram } from './run-program.js';

afterAll(removeFolders);

/** A file that has to be judged whatever else lies around it. */
const GOOD = { 'vars.yml': 'kubernetes_version: v1.33.0\ncalico_version: v3.28.2\n' };
const STACK = /\n\s+at .+:\d+:\d+|node:internal|\.index\.js:\d/;

function expectGoodIsJudged({ status, output, report }: Run): void {
  expect(output).not.toMatch(STACK);
  expect(status).toBe(1);
  expect(report?.pairs).toMatchObject([{ kubernetes: 'v1.33.0', calico: 'v3.28.2', support: 'untested' }]);
}

const calico = 'image: calico/node:v3.28.2\n';

describe('a file that cannot be read is a skip with its reason, and stops no other', () => {
  test.each<[string, string, string | Uint8Array, string | null]>([
    ['broken YAML', 'calico.yaml', `a: b: c\n${calico}`, 'broken-yaml'],
    ['a template', 'calico.yaml', `{{- if .Values.calico }}\n${calico}{{ end }}\n  x: [\n`, 'template'],
    ['a binary', 'calico.yaml', Buffer.concat([Buffer.from(calico), Buffer.from([0, 1, 2])]), 'binary'],
    [
      'invalid UTF-8',
      'calico.yaml',
      Buffer.concat([Buffer.from(calico), Buffer.from([0xff, 0xfe, 0xc0])]),
      'invalid-utf8',
    ],
    ['1,000 levels of nesting', 'calico.yaml', `${calico}---\ncalico: ${'['.repeat(1000)}`, 'broken-yaml'],
    ['tabs for indentation', 'calico.yaml', `calico:\n\tversion: v3.1\n`, 'broken-yaml'],
    ['an archive', 'archive/calico.yaml', 'image: calico/node:v3.1.0\n', 'archived'],
  ])('%s', async (_, path, content, reason) => {
    const run = await runProgram(makeFolder({ ...GOOD, [path]: content }), ['--mode', 'check']);
    expect(run.report?.skips.filter((skip) => skip.path === path).map((skip) => skip.reason)).toEqual([
      reason,
    ]);
    expect(
      run.report?.pairs.some(
        ({ calico: version, support }) => version === 'v3.28.2' && support === 'untested',
      ),
    ).toBe(true);
    expect(run.output).not.toMatch(STACK);
    expect(run.status).toBe(1);
  });

  test('a file of 200 MB', async () => {
    const folder = makeFolder(GOOD);
    writeFileSync(join(folder, 'big.yaml'), calico);
    truncateSync(join(folder, 'big.yaml'), 200 * 1024 * 1024);
    const run = await runProgram(folder, ['--mode', 'check']);
    expectGoodIsJudged(run);
    expect(run.report?.skips).toMatchObject([{ reason: 'too-large', path: 'big.yaml' }]);
  });

  test('symbolic links: a loop, one out of the workspace, one to nowhere', async () => {
    const folder = makeFolder(GOOD);
    symlinkSync('loop', join(folder, 'loop'));
    symlinkSync('/etc', join(folder, 'out'));
    symlinkSync('missing.yaml', join(folder, 'nowhere.yaml'));
    mkdirSync(join(folder, 'a'));
    symlinkSync('..', join(folder, 'a', 'up'));
    const run = await runProgram(folder, ['--mode', 'check']);
    expectGoodIsJudged(run);
    expect(run.report?.skips.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'loop symlink-loop',
      'nowhere.yaml symlink-loop',
      'out outside-workspace',
    ]);
  });
});

describe('awkward files are read', () => {
  test.each<[string, string]>([
    ['CRLF', 'kubernetes_version: v1.33.0\r\ncalico_version: v3.28.2\r\n'],
    ['a byte order mark', '\uFEFFkubernetes_version: v1.33.0\ncalico_version: v3.28.2\n'],
    ['duplicate keys', 'calico_version: v3.28.2\nkubernetes_version: v1.33.0\nother: 1\nother: 2\n'],
    ['JSON with tabs', '{\n\t"kubernetes_version": "v1.33.0",\n\t"calico_version": "v3.28.2"\n}\n'],
    [
      'an alias bomb',
      `kubernetes_version: v1.33.0\ncalico_version: v3.28.2\na: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(10)}]\n`)}`,
    ],
  ])('%s', async (_, text) => {
    expectGoodIsJudged(await runProgram(makeFolder({ 'vars.yaml': text }), ['--mode', 'check']));
  });
});

test('an empty repository passes', async () => {
  const { status, report, output } = await runProgram(makeFolder(), ['--mode', 'check']);
  expect([status, report?.result, report?.detections]).toEqual([0, 'passed', []]);
  expect(output).toMatch(/passed: no findings in 0 clusters \(0 files read\)/);
});

describe('bad inputs are one clear message and exit status 2', () => {
  test.each<[readonly string[], RegExp]>([
    [['--mode', 'chekc'], /The input mode is “chekc”\. Use one of: check, plan, upgrade, rollback\./],
    [['--mode', 'upgrade'], /The mode upgrade needs a cluster, and the input kubeconfig is empty/],
    [['--path', 'missing'], /The input path is “missing”, which does not exist/],
    [['--path', '..'], /The input path is “\.\.”, which lies outside the workspace/],
    [['--path', '/etc'], /lies outside the workspace/],
    [['--path', 'out'], /lies outside the workspace/],
    [['--policy', 'nothing.yml'], /The policy file nothing\.yml cannot be read/],
    [['--policy', 'bad-policy.yml'], /The policy file bad-policy\.yml:1:1 has the unknown key “matrix”/],
    [['--policy', 'broken.yml'], /The policy file broken\.yml:1:5 cannot be read as YAML/],
    [['--kubernetes-version', 'new'], /The input kubernetes-version is “new”/],
    [['--fail-on', 'everything'], /The input fail-on is “everything”/],
    [['--changed-only', 'true'], /The input changed-only is “true”, but this run belongs to no pull request/],
    [['--nonsense', 'x'], /There is no flag “--nonsense”/],
    [['check'], /“check” is not a flag/],
  ])('%j', async (flags, message) => {
    const folder = makeFolder({ ...GOOD, 'bad-policy.yml': 'matrix: {}\n', 'broken.yml': 'a: b: c\n' });
    symlinkSync('/etc', join(folder, 'out'));
    const { status, output, report } = await runProgram(folder, flags);
    expect(output).toMatch(message);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).not.toMatch(STACK);
    expect([status, report]).toEqual([2, null]);
  });

  test('a report directory that is a file', async () => {
    const { status, output } = await runProgram(makeFolder({ ...GOOD, taken: 'x' }), [
      '--report-dir',
      'taken',
    ]);
    expect(output).toMatch(/taken/);
    expect(output).not.toMatch(STACK);
    expect(status).toBe(2);
  });
});

test('the report directory of an earlier run is not scanned', async () => {
  const folder = makeFolder(GOOD);
  const first = await runProgram(folder, ['--report-dir', 'calico-report']);
  const second = await runProgram(folder, ['--report-dir', 'calico-report']);
  expect([first.report?.filesRead, second.report?.filesRead]).toEqual([1, 1]);
});

test('a token in the place of a kubeconfig is never shown, a path is', async () => {
  const token = await runProgram(makeFolder(), ['--mode', 'plan', '--kubeconfig', 'abcdef.0123456789abcdef']);
  expect(token.status).toBe(2);
  expect(token.output).not.toContain('0123456789abcdef');
  const path = await runProgram(makeFolder(), ['--mode', 'plan', '--kubeconfig', './no/such-file']);
  expect(path.status).toBe(2);
  expect(path.output).toContain('/no/such-file');
});
