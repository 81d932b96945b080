import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readMarkdownLinks, readPullRequestEvent } from '../../src/adapters/github-event.js';

const folder = mkdtempSync(join(tmpdir(), 'github-event-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const pull = {
  number: 7,
  base: { sha: 'b45e' },
  head: { sha: '4ead', repo: { full_name: 'o/r' } },
  changed_files: 3,
};

function environment(payload: unknown, over: Record<string, string | undefined> = {}) {
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path, GITHUB_REPOSITORY: 'o/r', ...over };
}

const expected = {
  owner: 'o',
  repository: 'r',
  number: 7,
  baseSha: 'b45e',
  headSha: '4ead',
  changedFiles: 3,
  isFork: false,
};

describe('readPullRequestEvent', () => {
  test.each(['pull_request', 'pull_request_target'])('reads the event %s', (GITHUB_EVENT_NAME) => {
    expect(readPullRequestEvent(environment({ pull_request: pull }, { GITHUB_EVENT_NAME }))).toEqual(
      expected,
    );
  });

  test.each(['push', 'schedule', 'pull_request_review', undefined])(
    'finds none in the event %s',
    (GITHUB_EVENT_NAME) => {
      expect(readPullRequestEvent(environment('no JSON', { GITHUB_EVENT_NAME }))).toBeNull();
    },
  );

  test.each([
    ['another repository', { full_name: 'somebody/r' }],
    ['one that was deleted', null],
  ])('knows a pull request from %s', (_, repo) => {
    const event = readPullRequestEvent(
      environment({ pull_request: { ...pull, head: { sha: '4ead', repo } } }),
    );
    expect(event?.isFork).toBe(true);
  });

  test('takes the repository from the payload where the environment has none', () => {
    const payload = { pull_request: pull, repository: { full_name: 'o/r' } };
    expect(readPullRequestEvent(environment(payload, { GITHUB_REPOSITORY: undefined }))).toEqual(expected);
  });

  test.each([
    ['no JSON', '{', {}, 'it is missing, or no JSON'],
    ['no file', {}, { GITHUB_EVENT_PATH: '/nonexistent/event.json' }, 'it is missing, or no JSON'],
    ['no path', {}, { GITHUB_EVENT_PATH: undefined }, 'GITHUB_EVENT_PATH is not set'],
    ['no pull request', {}, {}, 'it describes no pull request, though the event is pull_request'],
    ['half a pull request', { pull_request: { ...pull, base: null } }, {}, 'it describes no pull request'],
  ])('throws where there is %s', (_, payload, over, message) => {
    const read = () => readPullRequestEvent(environment(payload, over));
    expect(read).toThrow(
      expect.objectContaining({ name: 'EnvironmentError', message: expect.stringContaining(message) }),
    );
  });
});

describe('readMarkdownLinks', () => {
  const variables = {
    GITHUB_SERVER_URL: 'https://ghe.example',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: 'abc',
    GITHUB_RUN_ID: '5',
  };

  test('leads to the head of the pull request, and to the run', () => {
    expect(readMarkdownLinks(variables, expected)).toEqual({
      blobUrl: 'https://ghe.example/o/r/blob/4ead',
      runUrl: 'https://ghe.example/o/r/actions/runs/5',
    });
  });

  test('leads to the commit of the run elsewhere, and nowhere outside a workflow', () => {
    expect(readMarkdownLinks(variables, null).blobUrl).toBe('https://ghe.example/o/r/blob/abc');
    expect(readMarkdownLinks({}, null)).toEqual({ blobUrl: null, runUrl: null });
  });
});
