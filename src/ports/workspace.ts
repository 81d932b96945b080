/** A symbolic link: `target` is the path that it leads to, where that lies in the workspace. */
export interface WorkspaceLink {
  readonly path: string;
  readonly target: string;
}

/** Why a path could not be listed. */
export type ListingProblem = 'unreadable' | 'outside-workspace' | 'symlink-loop';

/** What a directory holds. Paths are relative to the workspace, with `/`, and sorted. */
export interface Listing {
  readonly files: readonly string[];
  readonly links: readonly WorkspaceLink[];
  /** What could not be listed, and why. */
  readonly skipped: readonly { readonly path: string; readonly reason: ListingProblem }[];
}

/** The tree of files that a run judges. */
export interface Workspace {
  /** Lists what is below a directory; does not descend into directories that `isExcluded` names, nor through links. */
  readonly list: (directory: string, isExcluded: (path: string) => boolean) => Listing;
  /** The bytes of a file, or why there are none. They are valid until the next read: decode or copy them first. */
  readonly read: (path: string, maxBytes: number) => Uint8Array | 'too-large' | 'unreadable';
}
