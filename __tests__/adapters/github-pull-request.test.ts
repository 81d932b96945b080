import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PullRequestEvent } from '../../src/adapters/github-event.js';
import { createGithubPullRequest } from '../../src/adapters/github-pull-request.js';
import type { PullRequest } from '../../src/ports/pull-request.js';
import { describePullRequest } from '../ports/pull-request-contract.js';
import { breakOff, type GithubServer, hang, loseAnswer, refuse, startGithub } from './github-server.js';

const TOKEN = 'ghs_s3cr3t';
const MARKER = '<!-- marker -->';

let github: GithubServer;
let slept: number[] = [];

beforeEach(async () => {
  github = await startGithub();
  slept = [];
});

afterEach(async () => {
  await github.close();
});

function build(event: Partial<PullRequestEvent> = {}, timeoutMs = 2000): PullRequest {
  const whole = {
    owner: 'o',
    repository: 'r',
    number: 7,
    baseSha: 'b45e',
    headSha: '4ead',
    changedFiles: null,
    isFork: false,
    ...event,
  };
  const timing = {
    now: () => 1_000_000,
    sleep: (ms: number) => Promise.resolve(void slept.push(ms)),
    random: () => 0,
  };
  return createGithubPullRequest(whole, { token: TOKEN, apiUrl: `${github.url}/`, timing, timeoutMs, fetch });
}

const entry = (index: number): object => ({ filename: `f${index}.yaml`, status: 'modified' });
const list = (number: number): object[] => Array.from({ length: number }, (_, index) => entry(index));

async function failure(promise: Promise<unknown>): Promise<Error & { remedy: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { remedy: string };
  }
  throw new Error('nothing was thrown');
}

describePullRequest('GitHub', ({ files = [], base = {}, comments = [] }) => {
  github.state.files = files.map(({ path, status, previousPath }) => ({
    filename: path,
    status,
    ...(previousPath === null ? {} : { previous_filename: previousPath }),
  }));
  github.state.base = base;
  github.state.comments = comments.map(({ body, isBot }, id) => ({
    id,
    body,
    user: isBot ? { login: 'some[bot]', type: 'Bot' } : { login: 'person', type: 'User' },
  }));
  return { pull: build(), bodies: () => github.state.comments.map(({ body }) => body) };
});

test('the token is sent with every request, and as nothing else', async () => {
  await build().changedFiles();
  expect([...github.authorizations]).toEqual([`token ${TOKEN}`]);
  expect(github.requests.join()).not.toContain(TOKEN);
});

describe('changedFiles', () => {
  test('reads page after page until one is not full', async () => {
    github.state.files = list(250);
    const { files, isComplete } = await build().changedFiles();
    expect([files.length, files.at(-1)?.path, isComplete]).toEqual([250, 'f249.yaml', true]);
    expect(github.requests).toHaveLength(3);
  });

  test('says that it is cut off where GitHub lists no more', async () => {
    github.state.files = list(3000);
    const { files, isComplete } = await build().changedFiles();
    expect([files.length, isComplete]).toEqual([3000, false]);
    expect(github.requests).toHaveLength(30);
  });

  test.each([
    [3000, 3000, true],
    [3000, 4000, false],
    [2, 3, false],
  ])(
    'of %i listed files where the event speaks of %i is complete: %s',
    async (listed, changedFiles, expected) => {
      github.state.files = list(listed);
      await expect(build({ changedFiles }).changedFiles()).resolves.toMatchObject({ isComplete: expected });
    },
  );

  test('takes a copy for an added file, a new mode for a change, and nothing for none', async () => {
    github.state.files = [
      { filename: 'copy.yaml', status: 'copied', previous_filename: 'a.yaml' },
      { filename: 'mode.sh', status: 'changed' },
      { filename: 'same.yaml', status: 'unchanged' },
    ];
    const { files } = await build().changedFiles();
    expect(files).toEqual([
      { path: 'copy.yaml', status: 'added', previousPath: null },
      { path: 'mode.sh', status: 'modified', previousPath: null },
    ]);
  });
});

describe('readBase', () => {
  test('gives bytes as they are, valid UTF-8 or not', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    github.state.base = { 'b.bin': bytes };
    await expect(build().readBase('b.bin')).resolves.toEqual(Buffer.from(bytes));
  });

  test('reads a file that is too large for the contents API by its hash', async () => {
    github.state.base = { 'deep/big.yaml': 'tag: v3', 'deep/other.yaml': 'x', 'top.yaml': 'top' };
    github.state.tooLarge = ['deep/big.yaml', 'top.yaml'];
    await expect(build().readBase('deep/big.yaml')).resolves.toEqual(Buffer.from('tag: v3'));
    await expect(build().readBase('top.yaml')).resolves.toEqual(Buffer.from('top'));
  });

  test('finds no file where the base branch has a directory', async () => {
    github.state.base = { 'folder/a.yaml': 'x' };
    await expect(build().readBase('folder')).resolves.toBeNull();
  });

  test('takes 404 for a missing permission where the token reads nothing at all', async () => {
    github.state.mayRead = false;
    const error = await failure(build().readBase('a.yaml'));
    expect(error).toMatchObject({
      name: 'EnvironmentError',
      message: 'GitHub refused to read a.yaml at b45e (HTTP 404: Not Found).',
      remedy: expect.stringContaining('`contents: read`'),
    });
  });

  test('asks only once whether the token reads at all', async () => {
    const pull = build();
    await Promise.all(['a', 'b', 'c'].map(pull.readBase));
    await pull.readBase('d');
    expect(github.requests.filter((request) => request.includes('/git/commits/'))).toHaveLength(1);
  });
});

describe('upsertComment', () => {
  const bot = { login: 'github-actions[bot]', type: 'Bot' } as const;
  const person = { login: 'maintainer', type: 'User' } as const;

  test('finds its comment on a later page', async () => {
    const others = Array.from({ length: 230 }, (_, id) => ({ id, body: 'talk', user: person }));
    github.state.comments = [...others, { id: 900, body: `${MARKER} old`, user: bot }];
    await expect(build().upsertComment(`${MARKER} new`, MARKER)).resolves.toBe('updated');
    expect(github.state.comments.at(-1)?.body).toBe(`${MARKER} new`);
    expect(github.requests).toHaveLength(4);
  });

  test('with the token of a person updates the comment of that person', async () => {
    github.state.login = 'maintainer';
    github.state.comments = [
      { id: 1, body: `> ${MARKER}`, user: { login: 'somebody', type: 'User' } },
      { id: 2, body: `${MARKER} old`, user: person },
    ];
    await expect(build().upsertComment(`${MARKER} new`, MARKER)).resolves.toBe('updated');
    expect(github.state.comments.map(({ body }) => body)).toEqual([`> ${MARKER}`, `${MARKER} new`]);
  });

  test('makes no second comment where the answer to the first was lost', async () => {
    github.faults.push((_, proceed) => proceed(), loseAnswer);
    await build().upsertComment(`${MARKER} new`, MARKER);
    expect(github.state.comments.map(({ body }) => body)).toEqual([`${MARKER} new`]);
    expect(slept).toEqual([500]);
  });

  test.each([
    [false, 'Give the job’s token the permission `pull-requests: write` (permissions: in the workflow).'],
    [true, expect.stringMatching(/`pull-requests: write`.* from a fork the token may only read/)],
  ])('says which permission it needs (fork: %s)', async (isFork, remedy) => {
    github.faults.push((_, proceed) => proceed(), refuse(403, 'Resource not accessible by integration'));
    const error = await failure(build({ isFork }).upsertComment('b', MARKER));
    expect(error).toMatchObject({
      name: 'EnvironmentError',
      message:
        'GitHub refused to comment on pull request #7 (HTTP 403: Resource not accessible by integration).',
      remedy,
    });
    expect(slept).toEqual([]);
  });
});

describe('faults that pass', () => {
  test.each([
    ['a fault of GitHub', refuse(500, 'oops')],
    ['a proxy without its backend', refuse(502, 'bad gateway')],
    ['an answer that breaks off', breakOff],
    ['a closed connection', loseAnswer],
    ['a page that is no JSON', (response) => void response.end('<html>')],
    ['JSON that is no list', refuse(200, 'what?')],
  ] as [string, (typeof github.faults)[number]][])('%s: tried again', async (_, fault) => {
    github.state.files = list(2);
    github.faults.push(fault);
    await expect(build().changedFiles()).resolves.toMatchObject({ files: { length: 2 } });
    expect(slept).toEqual([500]);
  });

  test('no answer in time: tried again', async () => {
    github.state.files = list(2);
    github.faults.push(hang);
    await expect(build({}, 150).changedFiles()).resolves.toMatchObject({ files: { length: 2 } });
    expect(slept).toEqual([500]);
  });

  test.each([
    ['429 with seconds', refuse(429, 'slow down', { 'retry-after': '7' }), 7000],
    ['429 with a date', refuse(429, 'slow down', { 'retry-after': new Date(1_009_000).toUTCString() }), 9000],
    ['429 with nothing', refuse(429, 'slow down'), 500],
    [
      'a secondary rate limit',
      refuse(403, 'You have exceeded a secondary rate limit', { 'retry-after': '3' }),
      3000,
    ],
    [
      'a used up rate limit',
      refuse(403, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1030' }),
      30_000,
    ],
  ])('%s: waited for as long as GitHub asks', async (_, fault, waitMs) => {
    github.faults.push(fault);
    await build().changedFiles();
    expect(slept).toEqual([waitMs]);
  });
});

describe('faults that do not pass', () => {
  test('are given up after five attempts, each waiting longer', async () => {
    github.faults.push(...Array.from({ length: 9 }, () => refuse(503, 'down for maintenance')));
    const error = await failure(build().changedFiles());
    expect(error).toMatchObject({
      message: 'GitHub could not list the files of pull request #7 (HTTP 503: down for maintenance).',
      remedy: 'GitHub has a fault of its own: run the job again later.',
    });
    expect(slept).toEqual([500, 1000, 2000, 4000]);
  });

  test('a rate limit that lasts too long is not waited for', async () => {
    github.faults.push(refuse(429, 'slow down', { 'retry-after': '3600' }));
    const error = await failure(build().changedFiles());
    expect(error.remedy).toContain('rate limit');
    expect(slept).toEqual([]);
  });

  test.each([
    [401, 'Bad credentials', 'github-token has expired or is wrong'],
    [403, 'Resource not accessible by integration', '`pull-requests: read`'],
    [404, 'Not Found', '`pull-requests: read`'],
    [422, 'Unprocessable', '`pull-requests: read`'],
  ])('HTTP %i is not tried again, and its remedy names the cure', async (status, message, remedy) => {
    github.faults.push(refuse(status, message));
    const error = await failure(build().changedFiles());
    expect(error.message).toBe(
      `GitHub refused to list the files of pull request #7 (HTTP ${status}: ${message}).`,
    );
    expect(error.remedy).toContain(remedy);
    expect(github.requests).toHaveLength(1);
  });

  test('no connection at all is a matter of the network', async () => {
    const pull = build();
    await github.close();
    const error = await failure(pull.changedFiles());
    expect(error.message).toMatch(/^GitHub could not list the files of pull request #7 \(no answer: /);
    expect(error.remedy).toContain('GITHUB_API_URL');
    github = await startGithub();
  });

  test('the token is in no message, even where GitHub says it', async () => {
    github.faults.push(refuse(400, `no such token: ${TOKEN}\n\u001b[31m`));
    const error = await failure(build().changedFiles());
    expect(error.message).toContain('no such token: *** ␛[31m');
    expect(`${String(error.cause)} ${JSON.stringify(error)}`).not.toContain(TOKEN);
  });
});

test('no more than six requests are under way at once', async () => {
  let open = 0;
  let most = 0;
  github.state.base = Object.fromEntries(list(20).map((_, index) => [`${index}.yaml`, 'x']));
  github.faults.push(
    ...list(20).map(
      () => (response: { on: (event: 'close', run: () => void) => unknown }, proceed: () => void) => {
        most = Math.max(most, ++open);
        response.on('close', () => --open);
        setTimeout(proceed, 10);
      },
    ),
  );
  const pull = build();
  await Promise.all(Object.keys(github.state.base).map(pull.readBase));
  expect(most).toBe(6);
});
