import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createActionsArtifacts } from '../../../src/adapters/artifacts/actions-artifacts.js';
import { EnvironmentError } from '../../../src/errors.js';
import type { ArtifactStore, FoundArtifact } from '../../../src/ports/artifact-store.js';
import { describeArtifactStore } from '../../ports/artifact-store-contract.js';
import { breakOff, type Fault, hang, refuse } from '../github-server.js';
import { type ActionsServer, type KeptArtifact, RUN, sha256Of, startActions } from './actions-server.js';
import { buildZip } from './build-zip.js';

const TOKEN = 'ghs_thetokenofthejob';
const ZIP = buildZip([{ name: 'bundle.json', content: '{}' }]);
const LIST = '/repos/o/r/actions/runs/7/artifacts';
const ARCHIVE = '/repos/o/r/actions/artifacts/100/zip';
const ENVIRONMENT = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL', 'GITHUB_SERVER_URL'];

let server: ActionsServer;
let slept: number[];
let before: Readonly<Record<string, string | undefined>>;

beforeEach(async () => {
  server = await startActions();
  slept = [];
  before = Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]]));
  // The client of artifacts reads these itself, and says much to the log of the run
  Object.assign(process.env, server.variables, { GITHUB_SERVER_URL: 'https://github.com' });
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(async () => {
  await server.close();
  for (const name of ENVIRONMENT) {
    if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before[name];
  }
});

function openStore(variables: Readonly<Record<string, string>> = {}): ArtifactStore {
  return createActionsArtifacts({
    token: TOKEN,
    apiUrl: server.url,
    variables: { ...server.variables, ...variables },
    timeoutMs: 500,
    limits: { files: 10, fileBytes: 200_000, bytes: 400_000 },
    timing: {
      now: () => 0,
      random: () => 0,
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
    },
  });
}

describeArtifactStore('the artifacts of workflow runs', () =>
  Promise.resolve({ store: openStore(), run: RUN }),
);

async function failure(action: Promise<unknown>): Promise<EnvironmentError> {
  const error: unknown = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof EnvironmentError)) throw new Error(`Not refused so: ${String(error)}`);
  expect(`${error.stack} ${error.remedy}`).not.toMatch(/thetoken|sig=|secret|c2ln/);
  return error;
}

describe('an artifact that is looked for', () => {
  const keep = (over: Partial<KeptArtifact> = {}): void => {
    server.artifacts.push({
      id: 100,
      name: 'backup',
      runId: 7,
      content: ZIP,
      digest: sha256Of(ZIP),
      ...over,
    });
  };

  test('is the newest of its name', async () => {
    keep();
    keep({ id: 300 });
    keep({ id: 200 });
    expect(await openStore().find('backup', RUN)).toMatchObject({ id: 300, bytes: ZIP.length });
  });

  test('may lack a digest, on an old server', async () => {
    keep({ digest: null });
    expect(await openStore().find('backup', RUN)).toMatchObject({ digest: null });
  });

  test('has expired, and its day is said', async () => {
    keep({ isExpired: true, expiresAt: '2026-11-26T02:00:00Z' });
    const { message, remedy } = await failure(openStore().find('backup', RUN));
    expect(message).toContain('the artifact backup expired on 2026-11-26T02:00:00Z');
    expect(remedy).toContain('take the one of another run');
  });

  test('is not taken of a run of a fork', async () => {
    keep({ isOfFork: true });
    expect((await failure(openStore().find('backup', RUN))).message).toContain('a run of a fork');
  });

  test.each<[string, Fault, string, string]>([
    ['no permission', refuse(403, 'Resource not accessible by integration'), 'HTTP 403', '`actions: read`'],
    ['another run', refuse(404, 'Not Found'), 'HTTP 404', 'Correct the input run-id'],
    ['a token that is wrong', refuse(401, 'Bad credentials'), 'HTTP 401', 'expired or is wrong'],
  ])('is refused for %s, with what to do', async (_, fault, message, remedy) => {
    server.faults.push({ path: LIST, fault });
    const error = await failure(openStore().find('backup', RUN));
    expect(error.message).toContain('GitHub refused to list the artifacts of run 7 of o/r');
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
  });

  test('in another repository needs a token of its own', async () => {
    const error = await failure(openStore().find('backup', { repository: 'other/clusters', runId: 7 }));
    expect(error.remedy).toContain('a github-token that may read other/clusters');
  });

  test.each<[string, Fault]>([
    ['5xx', refuse(502, 'Bad Gateway')],
    ['an answer that breaks off', breakOff],
    ['no answer', hang],
  ])('is looked for again after %s', async (_, fault) => {
    keep();
    server.faults.push({ path: LIST, fault });
    expect(await openStore().find('backup', RUN)).toMatchObject({ id: 100 });
    expect(slept).toHaveLength(1);
  });

  test('and GitHub that stays out of order is said to be so', async () => {
    for (let times = 0; times < 5; times++) server.faults.push({ path: LIST, fault: refuse(500, 'Oops') });
    expect((await failure(openStore().find('backup', RUN))).remedy).toContain('a fault of its own');
  });
});

describe('an artifact that is downloaded', () => {
  let place: string;
  let directory: string;
  const found: FoundArtifact = {
    id: 100,
    name: 'backup',
    run: RUN,
    digest: sha256Of(ZIP),
    bytes: ZIP.length,
  };

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'artifact-'));
    directory = join(place, 'bundle');
    server.artifacts.push({ id: 100, name: 'backup', runId: 7, content: ZIP, digest: null });
  });
  afterEach(() => {
    rmSync(place, { recursive: true });
  });

  test('comes from the storage without the token', async () => {
    await openStore().download(found, directory);
    expect(readFileSync(join(directory, 'bundle.json'), 'utf8')).toBe('{}');
    expect(server.requests).toEqual([`GET ${ARCHIVE}`, 'GET /storage/100']);
    expect(server.strayAuthorizations).toEqual([]);
  });

  test.each<[string, string, Fault]>([
    ['an address that breaks off', ARCHIVE, breakOff],
    ['a storage that is out of order', '/storage/', refuse(503, 'x')],
    ['an address that is too old', '/storage/', refuse(403, 'x')],
    ['a storage that breaks off', '/storage/', breakOff],
    ['a storage that never answers', '/storage/', hang],
  ])('is downloaded again after %s, by a new address', async (_, path, fault) => {
    server.faults.push({ path, fault });
    await openStore().download(found, directory);
    expect(readdirSync(place)).toEqual(['bundle']);
    expect(server.requests.filter((one) => one === `GET ${ARCHIVE}`)).toHaveLength(2);
  });

  test('that is gone meanwhile is said to be so, and nothing is left', async () => {
    server.faults.push({ path: '/storage/', fault: refuse(404, 'x') });
    expect((await failure(openStore().download(found, directory))).remedy).toContain('has expired');
    server.faults.push({ path: ARCHIVE, fault: refuse(410, 'Artifact has expired') });
    expect((await failure(openStore().download(found, directory))).remedy).toContain('has expired');
    expect(readdirSync(place)).toEqual([]);
  });

  test.each<[string, Buffer]>([
    ['is another one than GitHub noted', buildZip([{ name: 'bundle.json', content: '{"x":1}' }])],
    ['is cut off', ZIP.subarray(0, -10)],
  ])('and %s is refused, and nothing is left', async (_, content) => {
    server.artifacts[0]!.content = content;
    const { message } = await failure(openStore().download(found, directory));
    expect(message).toContain(`its digest is ${sha256Of(content)}, and GitHub noted ${found.digest}`);
    expect(readdirSync(place)).toEqual([]);
  });

  test.each<[string, Buffer, string]>([
    ['leads out', buildZip([{ name: '../escaped', content: 'x' }]), 'invalid relative path'],
    ['has a link', buildZip([{ name: 'link', content: '/etc', mode: 0o120777 }]), 'is a link'],
    ['is a bomb', buildZip([{ name: 'a', content: Buffer.alloc(300_000) }]), 'a has 300000 bytes'],
    [
      'is a bomb that denies it',
      buildZip([{ name: 'a', content: Buffer.alloc(300_000), declaredBytes: 1 }]),
      'too many bytes',
    ],
    ['is larger than all of it may be', Buffer.alloc(500_000), 'more than 400000 bytes'],
    ['is no archive', Buffer.from('<html>'), 'is damaged, or no backup'],
  ])('and %s is refused, and nothing is left', async (_, content, reason) => {
    server.artifacts[0]!.content = content;
    const error = await failure(openStore().download({ ...found, digest: null }, directory));
    expect(error.message).toContain(reason);
    expect(readdirSync(place)).toEqual([]);
  });

  test('that the disk has no room for is said to be so', async () => {
    symlinkSync('/dev/full', `${directory}.zip`);
    expect((await failure(openStore().download(found, directory))).message).toContain('the disk is full');
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a directory that is uploaded', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'upload-'));
    mkdirSync(join(directory, 'objects'));
    writeFileSync(join(directory, 'objects', 'one.json'), 'x'.repeat(1000));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test('is there once it is said to be so, whole', async () => {
    const { digest, bytes } = await openStore().upload('backup', directory, 3);
    expect(server.artifacts.map(({ content }) => [sha256Of(content), content.length])).toEqual([
      [digest, bytes],
    ]);
    expect(server.strayAuthorizations).toEqual([]);
  });

  test('is announced again where the service is out of order', async () => {
    server.faults.push({ path: '/twirp', fault: refuse(503, 'x') });
    await openStore().upload('backup', directory, null);
    expect(server.artifacts).toHaveLength(1);
  }, 20_000);

  test('is stored again where the connection is cut in the middle', async () => {
    server.faults.push({ path: '/blob', fault: (response) => response.destroy() });
    const { digest } = await openStore().upload('backup', directory, null);
    expect(server.artifacts.map(({ content }) => sha256Of(content))).toEqual([digest]);
  }, 30_000);

  test.each<[string, string, Fault, string]>([
    ['the service', '/twirp', refuse(403, 'no'), '(403)'],
    ['the storage', '/blob', refuse(403, 'no'), 'could not be uploaded as the artifact backup'],
  ])(
    'and is refused by %s says how to keep it',
    async (_, path, fault, message) => {
      server.faults.push({ path, fault });
      const error = await failure(openStore().upload('backup', directory, null));
      expect(error.message).toContain(message);
      expect(error.remedy).toContain('actions/upload-artifact');
      expect(server.artifacts).toEqual([]);
    },
    20_000,
  );

  test('on GitHub Enterprise Server says that artifacts go another way there', async () => {
    process.env['GITHUB_SERVER_URL'] = 'https://github.example.com';
    const error = await failure(openStore().upload('backup', directory, null));
    expect(error.remedy).toContain('GitHub Enterprise Server');
  });
});
