import { getOctokit } from '@actions/github';
import type { PullRequest } from '../ports/pull-request.js';
import { upsertComment } from './github-comments.js';
import { createBaseReader } from './github-contents.js';
import type { PullRequestEvent } from './github-event.js';
import { listChangedFiles } from './github-files.js';
import { createRest } from './github-rest.js';
import type { Timing } from './github-retry.js';

/** What the API of GitHub is reached with. */
export interface GithubOptions {
  readonly token: string;
  /** GITHUB_API_URL: another one on GitHub Enterprise. */
  readonly apiUrl: string;
  readonly timing: Timing;
  /** How long one attempt of one request may take. */
  readonly timeoutMs?: number;
  /** In place of the one that knows the runner's proxy. */
  readonly fetch?: typeof fetch;
}

const TIMEOUT_MS = 30_000;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The pull request of an event, by GitHub's REST API. */
export function createGithubPullRequest(event: PullRequestEvent, options: GithubOptions): PullRequest {
  const octokit = getOctokit(options.token, {
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: 'calico-upgrade-action',
    log: silent,
    ...(options.fetch ? { request: { fetch: options.fetch } } : {}),
  });
  const rest = createRest({
    request: (request) => octokit.request(request),
    token: options.token,
    timing: options.timing,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
  return {
    number: event.number,
    changedFiles: () => listChangedFiles(rest, event),
    readBase: createBaseReader(rest, event),
    upsertComment: (body, marker, ifMissing = 'create') =>
      upsertComment(rest, event, { body, marker, ifMissing }),
  };
}

function ignore(): void {
  // What Octokit has to say about deprecated endpoints is of no use to the reader of the log.
}
