import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type GithubServer, startGithub } from '../adapters/github-server.js';
import { makeFolder, removeFolders } from './run-program.js';
import { evaluate, eventFile, ownStep, readAction, readWorkflow, runStep } from './workflow-step.js';

const NAMES = readdirSync('examples/workflows').filter((name) => name.endsWith('.yml'));
const PINNED = /@[0-9a-f]{40}$/;
/** Those that whoever copies the file pins: its README says so, and the line. */
const UNPINNED = /^(?:OWNER\/calico-upgrade-action@v0|github\/codeql-action\/upload-sarif@v3)$/;

afterAll(removeFolders);

describe.each(NAMES)('examples/workflows/%s', (name) => {
  const workflow = readWorkflow(name);
  const action = readAction();
  const text = readFileSync(`examples/workflows/${name}`, 'utf8');
  const jobs = Object.values(workflow.jobs);

  test('gives the action only inputs that it has, and reads only outputs that it has', () => {
    const given = jobs.flatMap((job) => Object.keys(ownStep(job).with ?? {}));
    expect(given.filter((input) => !(input in action.inputs))).toEqual([]);
    const read = [...text.matchAll(/steps\.calico\.outputs\.([\w-]+)/g)].map(([, output]) => output ?? '');
    expect(read.filter((output) => !(output in action.outputs))).toEqual([]);
  });

  test('reads only inputs of its own, and those of a dispatch are all used', () => {
    const dispatch = workflow.on['workflow_dispatch'] as { inputs?: object } | undefined;
    const own = Object.keys(dispatch?.inputs ?? {});
    const read = new Set([...text.matchAll(/inputs\.([\w-]+)/g)].map(([, input]) => input ?? ''));
    expect([...read].sort()).toEqual(own.sort());
  });

  test('has the permissions that its steps need, and no others', () => {
    const uses = jobs.flatMap(({ steps }) => steps.map(({ uses: used = '' }) => used));
    // An upgrade that goes on with one that died fetches the backup of that run
    const downloads = jobs.some((job) => {
      const { 'backup-artifact': artifact, mode } = ownStep(job).with ?? {};
      return artifact !== undefined || mode === 'upgrade';
    });
    const checks = jobs.some((job) => ownStep(job).with?.['mode'] === 'check');
    const sarif = uses.some((used) => used.includes('upload-sarif'));
    expect(workflow.permissions).toEqual({
      contents: 'read',
      ...(checks ? { 'pull-requests': 'write' } : {}),
      ...(sarif ? { 'security-events': 'write' } : {}),
      ...(downloads ? { actions: 'read' } : {}),
    });
  });

  test('pins what it uses', () => {
    const uses = jobs.flatMap(({ steps }) => steps.map(({ uses: used = '' }) => used));
    expect(uses.filter((used) => !PINNED.test(used) && !UNPINNED.test(used))).toEqual([]);
    expect(text).toMatch(/OWNER\/calico-upgrade-action@v0 # pin by commit/);
  });

  test('writes to a cluster one at a time, after an approval, and is never cancelled for another', () => {
    const writing = jobs.filter((job) => /upgrade|rollback/.test(ownStep(job).with?.['mode'] ?? ''));
    for (const job of writing) {
      expect(job).toMatchObject({
        environment: 'calico-production',
        concurrency: { group: 'calico-production', 'cancel-in-progress': false },
      });
    }
    expect(writing).toHaveLength(/^(?:pull-request|network-test)/.test(name) ? 0 : 1);
  });

  test('makes pods only while nothing else writes', () => {
    for (const job of jobs.filter((one) => ownStep(one).with?.['network-test'] === 'always')) {
      expect(job.concurrency).toEqual({ group: 'calico-production', 'cancel-in-progress': false });
    }
  });
});

test('an upgrade is only begun where the plan says that there is something to do', () => {
  const { upgrade } = readWorkflow('scheduled-upgrade.yml').jobs;
  const isBegun = (result: string): string =>
    evaluate(upgrade?.if ?? '', { 'needs.plan.outputs.result': result });
  expect(upgrade?.needs).toBe('plan');
  expect([isBegun('passed'), isBegun('nothing-to-do'), isBegun('')]).toEqual(['true', 'false', 'false']);
});

test('the network test by itself is asked for in so many words', () => {
  const step = ownStep(readWorkflow('network-test.yml').jobs['network-test']!);
  expect(step.with).toMatchObject({ mode: 'plan', 'network-test': 'always' });
});

describe('pull-request.yml, run on a pull request', () => {
  const job = readWorkflow('pull-request.yml').jobs['check']!;
  let github: GithubServer;

  async function run(kubernetes: string) {
    github = await startGithub();
    const vars = (version: string): string => `kubernetes_version: ${version}\ncalico_version: v3.28.2\n`;
    const base = vars('v1.30.0');
    Object.assign(github.state, {
      files: [{ filename: 'vars.yml', status: 'modified' }],
      base: { 'vars.yml': base },
    });
    const pull_request = {
      number: 7,
      base: { sha: 'b45e' },
      head: { sha: 'f00d', repo: { full_name: 'o/r' } },
      changed_files: 1,
    };
    try {
      return await runStep(job, {
        context: { 'github.token': 'ghs_secret_of_the_job' },
        workspace: makeFolder({ 'vars.yml': vars(kubernetes) }),
        variables: {
          GITHUB_EVENT_NAME: 'pull_request',
          GITHUB_EVENT_PATH: eventFile({ pull_request }),
          GITHUB_REPOSITORY: 'o/r',
          GITHUB_API_URL: github.url,
        },
      });
    } finally {
      await github.close();
    }
  }

  test('fails one that brings a pair that is not tested, with a comment and SARIF to upload', async () => {
    const { status, outputs, summary, reportDir, output } = await run('v1.33.0');
    expect([status, outputs['result']]).toEqual([1, 'failed']);
    expect(github.state.comments).toHaveLength(1);
    expect(summary).toContain('v3.28.2');
    expect(outputs['sarif-file']).toBe(join(reportDir, 'findings.sarif'));
    expect(readFileSync(outputs['sarif-file'] ?? '', 'utf8')).toContain('pair-untested');
    expect(output.replace(/^::add-mask::.*$/gm, '')).not.toContain('ghs_secret_of_the_job');
  });

  test('passes one that does not', async () => {
    const { status, outputs } = await run('v1.30.1');
    expect([status, outputs['result']]).toEqual([0, 'passed']);
    expect(github.state.comments).toHaveLength(0);
  });
});
