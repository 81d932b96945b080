import type { PullRequest } from '../ports/pull-request.js';
import { createGithubRest, type GithubOptions } from './github-client.js';
import { upsertComment } from './github-comments.js';
import { createBaseReader } from './github-contents.js';
import type { PullRequestEvent } from './github-event.js';
import { listChangedFiles } from './github-files.js';

/** The pull request of an event, by GitHub's REST API. */
export function createGithubPullRequest(event: PullRequestEvent, options: GithubOptions): PullRequest {
  const rest = createGithubRest(options);
  return {
    number: event.number,
    changedFiles: () => listChangedFiles(rest, event),
    readBase: createBaseReader(rest, event),
    upsertComment: (body, marker, ifMissing = 'create') =>
      upsertComment(rest, event, { body, marker, ifMissing }),
  };
}
