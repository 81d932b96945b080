import type { CommentOutcome } from '../ports/pull-request.js';
import type { PullRequestEvent } from './github-event.js';
import { explaining } from './github-failure.js';
import type { Rest } from './github-rest.js';
import { RequestFailure } from './github-retry.js';

const PER_PAGE = 100;
/** A pull request with more comments than this has other worries. */
const MOST_PAGES = 50;

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
  readonly isBot: boolean;
}

/** Updates the comment that holds the marker, or makes one. */
export function upsertComment(
  rest: Rest,
  event: PullRequestEvent,
  comment: { readonly body: string; readonly marker: string; readonly ifMissing: 'create' | 'skip' },
): Promise<CommentOutcome> {
  const what = `comment on pull request #${event.number}`;
  return explaining({ what, permission: 'pull-requests: write' }, event, () =>
    // Begun anew each time: an attempt without an answer may have made the comment all the same.
    rest.retry(async () => {
      const before = await findOwn(rest, event, comment.marker);
      if (before === null) return comment.ifMissing === 'skip' ? 'none' : create(rest, event, comment.body);
      if (before.body.trim() === comment.body.trim()) return 'unchanged';
      await write(rest, 'PATCH', `${issuesOf(event)}/comments/${before.id}`, comment.body);
      return 'updated';
    }),
  );
}

async function create(rest: Rest, event: PullRequestEvent, body: string): Promise<CommentOutcome> {
  await write(rest, 'POST', `${issuesOf(event)}/${event.number}/comments`, body);
  return 'created';
}

async function write(rest: Rest, method: 'POST' | 'PATCH', path: string, body: string): Promise<void> {
  await rest.sendOnce({ method, path, body: { body } });
}

function issuesOf({ owner, repository }: PullRequestEvent): string {
  return `/repos/${owner}/${repository}/issues`;
}

async function findOwn(rest: Rest, event: PullRequestEvent, marker: string): Promise<Comment | null> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const path = `${issuesOf(event)}/${event.number}/comments?per_page=${PER_PAGE}&page=${page}`;
    const comments = await rest.jsonOnce({ method: 'GET', path });
    if (!Array.isArray(comments)) throw new RequestFailure(0, 'the answer is no list of comments', {});
    for (const comment of comments.map(toComment)) {
      if (comment.body.includes(marker) && (await isOwn(rest, comment))) return comment;
    }
    if (comments.length < PER_PAGE) return null;
  }
  return null;
}

/** Anybody can quote the marker. A workflow's token writes as a bot and cannot ask who it is; a person's token can. */
async function isOwn(rest: Rest, comment: Comment): Promise<boolean> {
  if (comment.isBot) return true;
  try {
    const user = (await rest.jsonOnce({ method: 'GET', path: '/user' })) as {
      readonly login?: unknown;
    } | null;
    return user?.login === comment.author;
  } catch (error) {
    if (error instanceof RequestFailure && [401, 403, 404].includes(error.status)) return false;
    throw error;
  }
}

function toComment(entry: unknown): Comment {
  const { id, body, user } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const { login, type } = (user ?? {}) as Readonly<Record<string, unknown>>;
  return { id: Number(id), body: textOf(body), author: textOf(login), isBot: type === 'Bot' };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
