import { describe, expect, test } from '@jest/globals';
import picomatch from 'picomatch';
import { type CheckOptions, runCheck } from '../../src/check/run-check.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';
import type { PullRequest } from '../../src/ports/pull-request.js';
import { createFakePullRequest, type FakePullRequestState } from '../ports/fake-pull-request.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';

type Tree = Readonly<Record<string, string>>;

const vars = (kubernetes: string, calico: string): string =>
  `kubernetes_version: ${kubernetes}\ncalico_version: ${calico}\n`;
const BAD = vars('v1.33.0', 'v3.28.2');
const GOOD = vars('v1.34.0', 'v3.31.7');

interface Ran {
  readonly findings: readonly string[];
  readonly hasFailed: boolean;
  readonly warnings: readonly string[];
}

/** Findings as `code path`, with `old` where the base branch has them. */
async function run(
  tree: Tree,
  pullRequest: PullRequest | null,
  over: Partial<CheckOptions> = {},
): Promise<Ran> {
  const { findings, hasFailed, warnings } = await runCheck(createFakeWorkspace(tree), pullRequest, {
    directory: '',
    isExcluded: () => false,
    isIncluded: null,
    policy: parsePolicy('policy.yml', ''),
    matchGlob: (glob, path) => picomatch.isMatch(path, glob),
    kubernetes: null,
    failOn: 'error',
    today: '2026-01-01',
    ...over,
  });
  return {
    findings: findings.map(
      ({ finding, isNew }) => `${finding.code} ${finding.location.path}${isNew ? '' : ' old'}`,
    ),
    hasFailed,
    warnings,
  };
}

const change = (path: string, state: FakePullRequestState = {}): PullRequest =>
  createFakePullRequest({ files: [{ path, previousPath: null, status: 'modified' }], ...state });

describe('without a pull request', () => {
  test('everything is judged, and an error fails', async () => {
    const { findings, hasFailed } = await run({ 'a/vars.yml': BAD, 'b/vars.yml': GOOD }, null);
    expect(findings).toContain('pair-untested a/vars.yml');
    expect(findings.some((text) => text.includes('b/vars.yml'))).toBe(false);
    expect(hasFailed).toBe(true);
  });

  test.each([
    ['error', vars('v1.30.0', 'v3.29.7'), false],
    ['warning', vars('v1.30.0', 'v3.29.7'), true],
    ['never', BAD, false],
    ['error', GOOD, false],
  ] as const)('fail-on %s', async (failOn, text, failed) => {
    expect((await run({ 'vars.yml': text }, null, { failOn })).hasFailed).toBe(failed);
  });

  test('the worst comes first', async () => {
    const { findings } = await run({ 'a/vars.yml': vars('v1.30.0', 'v3.29.5'), 'b/vars.yml': BAD }, null);
    expect(findings[0]).toBe('pair-untested b/vars.yml');
    expect(findings.at(-1)).toMatch(/^newer-patch/);
  });
});

describe('on a pull request', () => {
  test('what the base has already is told and cannot fail it', async () => {
    const { findings, hasFailed } = await run(
      { 'vars.yml': `${BAD}# more\n` },
      change('vars.yml', { base: { 'vars.yml': BAD } }),
    );
    expect(findings).toContain('pair-untested vars.yml old');
    expect(hasFailed).toBe(false);
  });

  test('what it brings fails it', async () => {
    const { findings, hasFailed } = await run(
      { 'vars.yml': BAD },
      change('vars.yml', { base: { 'vars.yml': GOOD } }),
    );
    expect([findings[0], hasFailed]).toEqual(['pair-untested vars.yml', true]);
  });

  test('faults of files that it does not touch are not its own', async () => {
    const { findings } = await run(
      { 'a/vars.yml': BAD, 'b/vars.yml': GOOD },
      change('b/vars.yml', { base: { 'b/vars.yml': GOOD } }),
    );
    expect(findings).toEqual([]);
  });

  test('a file that it deletes can be what breaks another', async () => {
    const removed = createFakePullRequest({
      files: [{ path: 'clusters/a/k.yml', previousPath: null, status: 'removed' }],
      base: { 'clusters/a/k.yml': 'kubernetes_version: v1.34.0\n' },
    });
    const { findings } = await run({ 'clusters/a/c.yml': 'calico_version: v3.31.7\n' }, removed);
    expect(findings).toEqual(['kubernetes-unknown clusters/a/c.yml']);
  });

  test('where GitHub does not list all of it, everything is judged, with a word', async () => {
    const { findings, hasFailed, warnings } = await run(
      { 'a/vars.yml': BAD },
      change('b.yml', { isComplete: false }),
    );
    expect(findings).toContain('pair-untested a/vars.yml');
    expect([hasFailed, warnings.length]).toEqual([true, 1]);
  });

  test('a pull request that cannot be read is an error of the run', async () => {
    const failure = new Error('no access');
    await expect(run({ 'vars.yml': BAD }, createFakePullRequest({ failure }))).rejects.toBe(failure);
  });
});
