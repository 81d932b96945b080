import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createBundleDirectory } from '../../src/adapters/bundle-directory.js';
import { EnvironmentError, InputError } from '../../src/errors.js';
import { type BundleSource, openBundle } from '../../src/main/open-bundle.js';
import { verifyBundle } from '../../src/upgrade/backup/verify-bundle.js';
import { buildBundle } from '../../src/upgrade/backup/write-bundle.js';
import { sha256Of, startActions } from '../adapters/artifacts/actions-server.js';
import { buildZip } from '../adapters/artifacts/build-zip.js';
import { createFakeArtifactStore, type FakeArtifactStore } from '../ports/fake-artifact-store.js';
import { FACTS, kindOf, objectOf } from '../upgrade/backup/build-bundle.js';

const POOL = kindOf('crd.projectcalico.org/v1', 'IPPool');
const RUN = { repository: 'team/clusters', runId: 7 };
const timing = { now: () => 0, sleep: () => Promise.resolve(), random: () => 0 };

describe('a bundle that inputs name', () => {
  let workspace: string;
  let temporary: string;
  let store: FakeArtifactStore;
  const tokens: string[] = [];

  beforeEach(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
    temporary = join(workspace, 'temp');
    mkdirSync(temporary);
    const builder = buildBundle(await createBundleDirectory(join(workspace, 'kept/backup')));
    await builder.add(POOL, objectOf(POOL, 'default'));
    await builder.finish(FACTS);
    store = createFakeArtifactStore(RUN);
    await store.upload('calico-backup-7-1', join(workspace, 'kept/backup'), null);
    tokens.length = 0;
  });
  afterEach(() => {
    rmSync(workspace, { recursive: true });
  });

  function open(source: Partial<BundleSource>, variables: Readonly<Record<string, string>> = {}) {
    const world = {
      workspace,
      timing,
      variables: {
        RUNNER_TEMP: temporary,
        GITHUB_REPOSITORY: 'team/clusters',
        GITHUB_RUN_ID: '9',
        ...variables,
      },
    };
    const whole = { backupArtifact: 'calico-backup-7-1', runId: '7', githubToken: 'a-token', ...source };
    return openBundle(whole, world, (token) => {
      tokens.push(token);
      return Promise.resolve(store);
    });
  }

  const EXPECTED = { clusterUid: FACTS.clusterUid, force: false };

  test.each<[string, string, string | null]>([
    ['the name of a directory', 'kept/backup', null],
    ['its path', './kept/backup/', 'a-token'],
  ])('lies in a directory, by %s, and is left there', async (_, backupArtifact, githubToken) => {
    const { reader, cleanup } = await open({ backupArtifact, githubToken, runId: '' });
    await verifyBundle(reader, EXPECTED);
    cleanup();
    await verifyBundle(reader, EXPECTED);
    expect(tokens).toEqual([]);
  });

  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['a number', '7', {}],
    ['a number of another repository', 'team/clusters/7', { GITHUB_REPOSITORY: 'team/other' }],
    ['the run that is under way', '', { GITHUB_RUN_ID: '7' }],
    ['a number, on a terminal', 'team/clusters/7', { GITHUB_REPOSITORY: '', GITHUB_RUN_ID: '' }],
  ])('is the artifact of a run, by %s, and goes away with the cleanup', async (_, runId, variables) => {
    const { reader, cleanup } = await open({ runId }, variables);
    await verifyBundle(reader, EXPECTED);
    expect(tokens).toEqual(['a-token']);
    cleanup();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test.each<[string, Partial<BundleSource>, Readonly<Record<string, string>>, string, string]>([
    ['nothing is named', { backupArtifact: ' ' }, {}, 'backup-artifact', 'is empty'],
    [
      'the directory is not there',
      { backupArtifact: 'kept/other' },
      {},
      'backup-artifact',
      'There is no directory',
    ],
    ['it is a file', { backupArtifact: 'kept/backup/bundle.json' }, {}, 'backup-artifact', 'is no directory'],
    [
      'the run has none',
      { backupArtifact: 'other' },
      {},
      'backup-artifact',
      'Run 7 of team/clusters has no artifact other',
    ],
    ['it is of another run', { runId: '' }, {}, 'backup-artifact', 'Run 9 of team/clusters has no'],
    ['the run is no number', { runId: 'last' }, {}, 'run-id', 'The input run-id is “last”'],
    ['the run is a path', { runId: '../../7' }, {}, 'run-id', 'The input run-id is “../../7”'],
    ['the repository is a path', { runId: 'team/../7' }, {}, 'run-id', 'The input run-id is “team/../7”'],
    ['no repository is known', {}, { GITHUB_REPOSITORY: '' }, 'run-id', 'says no run'],
    ['no run is known', { runId: '' }, { GITHUB_RUN_ID: '' }, 'run-id', 'says no run'],
    ['there is no token', { githubToken: null }, {}, 'github-token', 'is empty'],
  ])('is refused where %s, naming the input', async (_, source, variables, input, message) => {
    const error: unknown = await open(source, variables).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).input).toBe(input);
    expect((error as InputError).message).toContain(message);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('is downloaded from GitHub, where nothing else is given', async () => {
    const github = await startActions();
    try {
      const files = [
        'bundle.json',
        'SHA256SUMS',
        'objects/crd.projectcalico.org_v1_ippools/_cluster/default.json',
      ];
      const content = buildZip(
        files.map((name) => ({ name, content: readFileSync(join(workspace, 'kept/backup', name)) })),
      );
      github.artifacts.push({ id: 100, name: 'far', runId: 7, content, digest: sha256Of(content) });
      const variables = { RUNNER_TEMP: temporary, GITHUB_API_URL: github.url };
      const source = { backupArtifact: 'far', runId: 'o/r/7', githubToken: 'a-token' };
      const { reader, cleanup } = await openBundle(source, { workspace, timing, variables });
      await verifyBundle(reader, EXPECTED);
      cleanup();
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      await github.close();
    }
  });

  test('that cannot be downloaded leaves nothing', async () => {
    const broken = {
      ...store,
      download: (_: unknown, directory: string) => {
        mkdirSync(directory);
        writeFileSync(join(directory, 'half'), 'x');
        return Promise.reject(new EnvironmentError('Cut off.', 'Again.'));
      },
    };
    store = broken;
    await expect(open({})).rejects.toThrow('Cut off.');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
