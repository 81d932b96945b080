import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createReportDirectory } from '../../src/adapters/report-directory.js';
import { EnvironmentError, InputError } from '../../src/errors.js';
import { atFailure, learnSecrets, runPlaceOf } from '../../src/main/look-after-failure.js';
import {
  createRunStore,
  publishRun,
  type RunPublication,
  type RunStore,
} from '../../src/main/publish-run.js';
import { realWorld } from '../../src/adapters/environment.js';
import { createFakeArtifactStore } from '../ports/fake-artifact-store.js';
import { createFakeReporter, type FakeReporter } from '../ports/fake-reporter.js';

const RUN = { repository: 'team/clusters', runId: 7 };
const NAME = 'calico-report-7-1-11111111';

describe('what came of a run', () => {
  let directory: string;
  let store: RunStore;
  let reporter: FakeReporter;
  const artifacts = createFakeArtifactStore(RUN);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'publish-run-'));
    store = createRunStore(createReportDirectory('/', directory), (text) =>
      text.replaceAll('hunter2', '***'),
    );
    reporter = createFakeReporter();
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function publish(run: () => Promise<void>, over: Partial<RunPublication> = {}): Promise<void> {
    const target = { store: createFakeArtifactStore(RUN), name: NAME };
    return publishRun(run, { result: 'passed', hasRun: true, store, target, directory, reporter, ...over });
  }

  const write = (): Promise<void> => {
    store.write('report.json', 'password hunter2\n');
    store.write('diagnostics/at-failure/pods.json', '[]');
    return Promise.resolve();
  };

  test('is uploaded: what this run wrote, without what else lies there, and without secrets that it knows of', async () => {
    createReportDirectory('/', directory).write('backup-1/bundle.json', '{}');
    createReportDirectory('/', directory).write('journal/0001.json', '[]');
    await publish(write, { target: { store: artifacts, name: NAME } });
    expect(reporter.lines).toEqual([`info: The report was uploaded as the artifact ${NAME}.`]);
    const to = join(directory, 'downloaded');
    await artifacts.download((await artifacts.find(NAME, RUN))!, to);
    const downloaded = contentsOf(to);
    expect(downloaded).toEqual({
      'diagnostics/at-failure/pods.json': '[]',
      'report.json': 'password ***\n',
    });
  });

  test.each([
    ['the disk', new EnvironmentError('The disk is full.', 'Free some.'), 'The disk is full. Free some.'],
    ['the directory', new InputError('report-dir', 'No directory.', 'Name one.'), 'No directory. Name one.'],
    ['a fault of its own', new TypeError('x is undefined'), 'Unexpected: x is undefined'],
  ])('is what it was where %s spoils the report: that is a warning', async (_what, error, said) => {
    await publish(() => Promise.reject(error), { result: 'rolled-back' });
    expect(reporter.outputs).toEqual({ result: 'rolled-back' });
    expect(reporter.lines).toEqual([
      `warning: The report could not be made, and the result is rolled-back all the same: ${said}`,
    ]);
  });

  test('is an error of the input where nothing was done yet', async () => {
    const error = new InputError('report-dir', 'No directory.', 'Name one.');
    await expect(publish(() => Promise.reject(error), { hasRun: false })).rejects.toBe(error);
  });

  test('is what it was where the upload is refused: that is a warning', async () => {
    const refusing = {
      ...artifacts,
      upload: () => Promise.reject(new EnvironmentError('The storage is used up.', 'Make room.')),
    };
    await publish(write, { target: { store: refusing, name: NAME } });
    expect(reporter.lines).toEqual([
      'warning: The report could not be uploaded: The storage is used up. Make room.',
    ]);
  });
});

function contentsOf(directory: string): Readonly<Record<string, string>> {
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.map((path) => [path.slice(directory.length + 1), readFileSync(path, 'utf8')] as const),
  );
}

test('diagnostics before going back take a sixtieth of a stage’s budget, and no more than 15 s', () => {
  expect(atFailure(120_000).limitMs).toBe(2000);
  expect(atFailure(3_600_000).limitMs).toBe(15_000);
});

test('the place of a run is its own, or the one of the input run-id', () => {
  const world = { ...realWorld(), variables: { GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '9' } };
  const inputs = { encryptionKey: null, context: 'prod' };
  const rest = { hasKey: false, context: 'prod' };
  expect(runPlaceOf(inputs, world, '')).toEqual({ repository: 'o/r', runId: '9', ...rest });
  expect(runPlaceOf(inputs, world, '7')).toEqual({ repository: 'o/r', runId: '7', ...rest });
  expect(runPlaceOf(inputs, world, 'a/b/7')).toEqual({ repository: 'a/b', runId: '7', ...rest });
});

test('the token of the runner is a secret of the run', () => {
  const world = { ...realWorld(), variables: { ACTIONS_RUNTIME_TOKEN: 'runtime-token' } };
  expect(learnSecrets(['passphrase', null], world).hide('passphrase runtime-token')).toBe('*** ***');
});
