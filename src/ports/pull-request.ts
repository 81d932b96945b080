/** What a pull request does to a file. */
export type ChangeStatus = 'added' | 'modified' | 'removed' | 'renamed';

export interface ChangedFile {
  /** Path after the change; the old one where the file was removed. */
  readonly path: string;
  readonly status: ChangeStatus;
  /** Path before a rename; null otherwise. */
  readonly previousPath: string | null;
}

export interface ChangedFiles {
  readonly files: readonly ChangedFile[];
  /** Whether these are all; GitHub lists 3,000 at most. */
  readonly isComplete: boolean;
}

/** What became of a comment; `none` where there was none to update and none was to be made. */
export type CommentOutcome = 'created' | 'updated' | 'unchanged' | 'none';

/** The pull request that a run belongs to. Every call may throw EnvironmentError, whose remedy names the missing permission. */
export interface PullRequest {
  readonly number: number;
  readonly changedFiles: () => Promise<ChangedFiles>;
  /** The bytes of a file on the base branch; null where the base branch has no such file. */
  readonly readBase: (path: string) => Promise<Uint8Array | null>;
  /**
   * Updates the comment that this program wrote before, known by the marker in it. Where there is none, makes one,
   * unless `ifMissing` is `skip`.
   */
  readonly upsertComment: (
    body: string,
    marker: string,
    ifMissing?: 'create' | 'skip',
  ) => Promise<CommentOutcome>;
}
