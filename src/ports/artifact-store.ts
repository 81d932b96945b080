/** A workflow run, whose artifacts are meant. */
export interface RunReference {
  /** `owner/name`. */
  readonly repository: string;
  readonly runId: number;
}

/** What was kept of an upload. */
export interface UploadedArtifact {
  readonly id: number;
  /** `sha256:` and 64 hexadecimal digits: of the archive. */
  readonly digest: string;
  /** Of the archive. */
  readonly bytes: number;
}

/** An artifact of a run that can be downloaded. */
export interface FoundArtifact {
  readonly id: number;
  readonly name: string;
  readonly run: RunReference;
  /** As of an upload; null where the server does not tell. */
  readonly digest: string | null;
  readonly bytes: number;
}

/** Directories that outlive the machine of a workflow run. Every call throws EnvironmentError where it is refused. */
export interface ArtifactStore {
  /**
   * Keeps the files of a directory for the run that is under way; a name is taken once a run.
   *
   * @param retentionDays null for as long as the repository keeps artifacts
   * @param isWanted which files, by their paths below the directory, with `/`; all where nothing is said
   */
  readonly upload: (
    name: string,
    directory: string,
    retentionDays: number | null,
    isWanted?: (path: string) => boolean,
  ) => Promise<UploadedArtifact>;
  /** The newest of that name in a run; null where there is none. */
  readonly find: (name: string, run: RunReference) => Promise<FoundArtifact | null>;
  /** Puts the files into a directory that is not there yet, or is empty. Nothing is ever written outside of it. */
  readonly download: (artifact: FoundArtifact, directory: string) => Promise<void>;
}
