import type { ChangedFile, ChangedFiles, ChangeStatus } from '../ports/pull-request.js';
import type { PullRequestEvent } from './github-event.js';
import { explaining } from './github-failure.js';
import type { Rest } from './github-rest.js';
import { RequestFailure } from './github-retry.js';

const PER_PAGE = 100;
/**
 * GitHub lists no more files of a pull request than these.
 * @see https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
 */
const MOST_FILES = 3000;

const STATUSES: Readonly<Record<string, ChangeStatus>> = {
  added: 'added',
  copied: 'added',
  modified: 'modified',
  changed: 'modified',
  removed: 'removed',
  renamed: 'renamed',
};

/** The files that the pull request changes, page by page. */
export function listChangedFiles(rest: Rest, event: PullRequestEvent): Promise<ChangedFiles> {
  const what = `list the files of pull request #${event.number}`;
  return explaining({ what, permission: 'pull-requests: read' }, event, async () => {
    const files: ChangedFile[] = [];
    let listed = 0;
    for (let page = 1; listed < MOST_FILES; page++) {
      const entries = await rest.retry(() => readPage(rest, event, page));
      listed += entries.length;
      files.push(...entries.map(toChangedFile).filter((file) => file !== null));
      if (entries.length < PER_PAGE) break;
    }
    const isComplete = event.changedFiles === null ? listed < MOST_FILES : listed >= event.changedFiles;
    return { files, isComplete };
  });
}

async function readPage(rest: Rest, event: PullRequestEvent, page: number): Promise<readonly unknown[]> {
  const { owner, repository, number } = event;
  const path = `/repos/${owner}/${repository}/pulls/${number}/files?per_page=${PER_PAGE}&page=${page}`;
  const answer = await rest.jsonOnce({ method: 'GET', path });
  if (!Array.isArray(answer)) throw new RequestFailure(0, 'the answer is no list of files', {});
  return answer as unknown[];
}

/** null for what is no change: files that are listed as unchanged. */
function toChangedFile(entry: unknown): ChangedFile | null {
  const { filename, status, previous_filename } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const known = STATUSES[String(status)];
  if (typeof filename !== 'string' || known === undefined) return null;
  const isRenamed = known === 'renamed' && typeof previous_filename === 'string';
  return { path: filename, status: known, previousPath: isRenamed ? previous_filename : null };
}
