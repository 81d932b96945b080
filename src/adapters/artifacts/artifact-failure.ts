import { EnvironmentError } from '../../errors.js';
import type { RunReference } from '../../ports/artifact-store.js';
import { isRateLimit, RequestFailure } from '../github-retry.js';

/**
 * Runs something and turns a failed request into an EnvironmentError that says what to do about it.
 *
 * @param what after "GitHub refused to": `list the artifacts of run 7 of team/clusters`
 */
export async function explainingArtifact<T>(
  what: string,
  { run, isOwn }: { readonly run: RunReference; readonly isOwn: boolean },
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    const { status, message } = error;
    const answer = `${status === 0 ? 'no answer' : `HTTP ${status}`}: ${message}`;
    const verb = status >= 400 && status < 500 ? 'refused to' : 'could not';
    throw new EnvironmentError(`GitHub ${verb} ${what} (${answer}).`, remedyFor(error, run, isOwn), {
      cause: new Error(message),
    });
  }
}

function remedyFor(failure: RequestFailure, { repository }: RunReference, isOwn: boolean): string {
  if (isRateLimit(failure))
    return 'GitHub’s rate limit is used up: run the job again later, or give it a github-token of its own.';
  const grant = isOwn
    ? 'Give the job’s token the permission `actions: read` (permissions: in the workflow).'
    : `The job’s own token reads no other repository: give a github-token that may read ${repository}, with the permission \`actions: read\`.`;
  switch (failure.status) {
    case 401:
      return 'The github-token has expired or is wrong: use ${{ github.token }}.';
    case 403:
      return grant;
    case 404:
      return `Correct the input run-id: it is the number in the address of the run that made the backup. Where it is right: ${grant}`;
    case 410:
      return 'The artifact has expired, and GitHub has removed it: take the one of another run, or the directory of a backup that was kept elsewhere.';
    case 0:
      return 'Check that the runner reaches the GitHub API and its storage (GITHUB_API_URL, proxy settings), and run the job again.';
    default:
      return 'GitHub has a fault of its own: run the job again later.';
  }
}
