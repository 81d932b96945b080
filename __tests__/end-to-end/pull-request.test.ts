import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type GithubServer, type GithubState, startGithub } from '../adapters/github-server.js';
import { makeFolder, removeFolders, type Run, runProgram } from './run-program.js';

let github: GithubServer;
beforeEach(async () => {
  github = await startGithub();
});
afterEach(() => github.close());
afterAll(removeFolders);

const vars = (kubernetes: string, calico: string): string =>
  `kubernetes_version: ${kubernetes}\ncalico_version: ${calico}\n`;

/** Runs check as a workflow does on a pull request that turns `base` into `head`. */
function runOnPullRequest(
  head: Readonly<Record<string, string>>,
  over: Partial<GithubState>,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Run> {
  Object.assign(github.state, over);
  const folder = makeFolder(head);
  const event = join(makeFolder(), 'event.json');
  const files = makeFolder({ output: '', summary: '' });
  writeFileSync(
    event,
    JSON.stringify({
      pull_request: {
        number: 7,
        base: { sha: 'b45e' },
        head: { sha: 'f00d', repo: { full_name: 'o/r' } },
        changed_files: github.state.files.length,
      },
    }),
  );
  return runProgram(folder, [], {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: folder,
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_API_URL: github.url,
    GITHUB_OUTPUT: join(files, 'output'),
    GITHUB_STEP_SUMMARY: join(files, 'summary'),
    'INPUT_GITHUB-TOKEN': 'ghs_secret',
    ...inputs,
  });
}

const modified = (filename: string): object => ({ filename, status: 'modified' });

describe('on a pull request', () => {
  test('what the base branch has already cannot fail it', async () => {
    const run = await runOnPullRequest(
      { 'a/vars.yml': vars('v1.33.0', 'v3.28.2'), 'b/vars.yml': `${vars('v1.33.0', 'v3.28.2')}other: 2\n` },
      { files: [modified('b/vars.yml')], base: { 'b/vars.yml': vars('v1.33.0', 'v3.28.2') } },
    );
    expect(run.report?.findings.map(({ code, path, isNew }) => `${code} ${path} ${isNew}`)).toContain(
      'pair-untested b/vars.yml false',
    );
    expect(run.report?.findings.some(({ path }) => path === 'a/vars.yml')).toBe(false);
    expect([run.status, run.report?.result]).toEqual([0, 'passed']);
  });

  test('what it brings itself fails it, and is annotated and commented on once', async () => {
    const head = { 'vars.yml': vars('v1.33.0', 'v3.28.2') };
    const over = { files: [modified('vars.yml')], base: { 'vars.yml': vars('v1.30.0', 'v3.28.2') } };
    const first = await runOnPullRequest(head, over);
    expect(first.report?.findings[0]).toMatchObject({ code: 'pair-untested', isNew: true });
    expect(first.output).toMatch(/::error .*file=vars\.yml,line=2/);
    expect(first.status).toBe(1);
    await runOnPullRequest(head, over);
    expect(github.state.comments).toHaveLength(1);
    expect(github.state.comments[0]?.body).toContain('v3.28.2');
  });

  test('a pair is flagged when only its Kubernetes side changes, in another file', async () => {
    const run = await runOnPullRequest(
      {
        'clusters/a/k.yml': 'kubernetes_version: v1.33.0\n',
        'clusters/a/c.yml': 'calico_version: v3.28.2\n',
      },
      {
        files: [modified('clusters/a/k.yml')],
        base: { 'clusters/a/k.yml': 'kubernetes_version: v1.30.0\n' },
      },
    );
    expect(run.report?.findings[0]).toMatchObject({
      code: 'pair-untested',
      path: 'clusters/a/c.yml',
      isNew: true,
    });
    expect(run.status).toBe(1);
  });

  test('a renamed file is compared with what it was', async () => {
    const run = await runOnPullRequest(
      { 'new/vars.yml': vars('v1.33.0', 'v3.28.2') },
      {
        files: [{ filename: 'new/vars.yml', previous_filename: 'old/vars.yml', status: 'renamed' }],
        base: { 'old/vars.yml': vars('v1.30.0', 'v3.28.2') },
      },
    );
    expect(run.status).toBe(1);
  });

  test('image tags moved to another minor and nothing else (failure case 37)', async () => {
    const manifest = (version: string): string =>
      `apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: calico-node\nspec:\n  template:\n    spec:\n      containers:\n        - image: calico/node:${version}\n`;
    const files = [modified('calico.yaml')];
    const bumped = await runOnPullRequest(
      { 'calico.yaml': manifest('v3.29.7') },
      { files, base: { 'calico.yaml': manifest('v3.28.2') } },
    );
    expect(bumped.report?.findings.filter(({ code }) => code === 'image-only-bump')).toMatchObject([
      { path: 'calico.yaml', line: 9, isNew: true },
    ]);
    const replaced = await runOnPullRequest(
      { 'calico.yaml': `${manifest('v3.29.7')}          env: []\n` },
      { files, base: { 'calico.yaml': manifest('v3.28.2') } },
    );
    expect(replaced.report?.findings.map(({ code }) => code)).not.toContain('image-only-bump');
  });

  test('without the permission, everything is judged and a warning says which one is missing', async () => {
    github.faults.push(
      ...Array.from(
        { length: 3 },
        () => (response: { writeHead: (status: number) => { end: (text: string) => void } }) => {
          response.writeHead(403).end('{"message":"Resource not accessible by integration"}');
        },
      ),
    );
    const run = await runOnPullRequest(
      { 'a/vars.yml': vars('v1.33.0', 'v3.28.2') },
      { files: [] },
      { INPUT_COMMENT: 'never' },
    );
    expect(run.output).toMatch(/::warning::.*pull-requests: read.*Everything is judged/s);
    expect(run.status).toBe(1);
  });

  test('the token is in nothing that is printed or written', async () => {
    const run = await runOnPullRequest(
      { 'vars.yml': vars('v1.33.0', 'v3.28.2') },
      { files: [modified('vars.yml')] },
    );
    expect(run.output.replace('::add-mask::ghs_secret', '')).not.toContain('ghs_secret');
    expect(JSON.stringify(run.report)).not.toContain('ghs_secret');
    expect([...github.authorizations].join()).toContain('ghs_secret');
  });

  test('changed-only: false judges all of it', async () => {
    const run = await runOnPullRequest(
      { 'a/vars.yml': vars('v1.33.0', 'v3.28.2') },
      { files: [] },
      { 'INPUT_CHANGED-ONLY': 'false', INPUT_COMMENT: 'never' },
    );
    expect(run.report?.findings[0]).toMatchObject({ code: 'pair-untested', isNew: true });
    expect(github.requests).toEqual([]);
  });
});
