import { EnvironmentError } from '../errors.js';
import type { PullRequestEvent } from './github-event.js';
import { isRateLimit, RequestFailure } from './github-retry.js';

/** What was being done when a request failed. */
export interface Doing {
  /** After "GitHub refused to": `list the files of pull request #1`. */
  readonly what: string;
  /** As `permissions:` of a workflow names it: `pull-requests: read`. */
  readonly permission: string;
}

/** Runs something and turns a failed request into an EnvironmentError that says what to do about it. */
export async function explaining<T>(
  doing: Doing,
  event: PullRequestEvent,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof RequestFailure ? explain(error, doing, event) : error;
  }
}

function explain(failure: RequestFailure, doing: Doing, event: PullRequestEvent): EnvironmentError {
  const cause = new Error(failure.message);
  const { status } = failure;
  const answer = `${status === 0 ? 'no answer' : `HTTP ${status}`}: ${failure.message}`;
  const verb = status >= 400 && status < 500 ? 'refused to' : 'could not';
  return new EnvironmentError(`GitHub ${verb} ${doing.what} (${answer}).`, remedyFor(failure, doing, event), {
    cause,
  });
}

function remedyFor(failure: RequestFailure, doing: Doing, event: PullRequestEvent): string {
  if (isRateLimit(failure))
    return 'GitHub’s rate limit is used up: run the job again later, or give it a github-token of its own.';
  switch (failure.status) {
    case 401:
      return 'The github-token has expired or is wrong: use ${{ github.token }}.';
    case 403:
    case 404:
      return permissionRemedy(doing, event);
    case 0:
      return 'Check that the runner reaches the GitHub API (GITHUB_API_URL, proxy settings), and run the job again.';
    default:
      return failure.status >= 500
        ? 'GitHub has a fault of its own: run the job again later.'
        : `Check the github-token, which needs the permission \`${doing.permission}\`.`;
  }
}

function permissionRemedy({ permission }: Doing, event: PullRequestEvent): string {
  const grant = `Give the job’s token the permission \`${permission}\` (permissions: in the workflow).`;
  const isRefusedToForks = event.isFork && permission.endsWith('write');
  return isRefusedToForks
    ? `${grant} On a pull request from a fork the token may only read, whatever the workflow says: read the job summary instead.`
    : grant;
}
