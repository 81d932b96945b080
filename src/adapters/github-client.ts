import { getOctokit } from '@actions/github';
import { createRest, type Rest } from './github-rest.js';
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

/** GitHub's REST API, through the runner's proxy where it has one. */
export function createGithubRest(options: GithubOptions): Rest {
  const octokit = getOctokit(options.token, {
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: 'calico-upgrade-action',
    log: silent,
    ...(options.fetch ? { request: { fetch: options.fetch } } : {}),
  });
  return createRest({
    request: (request) => octokit.request(request),
    token: options.token,
    timing: options.timing,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
}

function ignore(): void {
  // What Octokit has to say about deprecated endpoints is of no use to the reader of the log.
}
