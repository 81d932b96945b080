import type { ChangedFile, PullRequest } from '../../src/ports/pull-request.js';

/** A comment on a fake pull request; ours are written by a bot. */
export interface FakeComment {
  body: string;
  readonly isBot: boolean;
}

/** What a fake pull request begins with; every part may be left out. */
export interface FakePullRequestState {
  readonly number?: number;
  readonly files?: readonly ChangedFile[];
  readonly isComplete?: boolean;
  /** Files of the base branch, by path. */
  readonly base?: Readonly<Record<string, string>>;
  readonly comments?: readonly FakeComment[];
  /** What every call throws; null for none. */
  readonly failure?: Error | null;
}

/** A pull request in memory. */
export interface FakePullRequest extends PullRequest {
  readonly comments: readonly Readonly<FakeComment>[];
}

/** One that changes nothing, unless said otherwise. */
export function createFakePullRequest(state: FakePullRequestState = {}): FakePullRequest {
  const comments = (state.comments ?? []).map((comment) => ({ ...comment }));
  const base = new Map(Object.entries(state.base ?? {}));
  function answer<T>(value: () => T): Promise<T> {
    return state.failure ? Promise.reject(state.failure) : Promise.resolve(value());
  }
  return {
    number: state.number ?? 1,
    comments,
    changedFiles: () => answer(() => ({ files: state.files ?? [], isComplete: state.isComplete ?? true })),
    readBase: (path) =>
      answer(() => {
        const text = base.get(path);
        return text === undefined ? null : Buffer.from(text);
      }),
    upsertComment: (body, marker, ifMissing = 'create') =>
      answer(() => {
        const own = comments.find((comment) => comment.isBot && comment.body.includes(marker));
        if (own?.body === body) return 'unchanged';
        if (own) {
          own.body = body;
          return 'updated';
        }
        if (ifMissing === 'skip') return 'none';
        comments.push({ body, isBot: true });
        return 'created';
      }),
  };
}
