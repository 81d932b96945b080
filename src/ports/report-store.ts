/** Where the files of a run are kept: the report directory. */
export interface ReportStore {
  /** The directory, as the user named it. */
  readonly directory: string;
  /**
   * Writes a file, whole or not at all, in place of one that is there already; gives the path as the user would name it.
   * `name` is relative to the directory, with `/`.
   * @throws InputError where the directory cannot be one, EnvironmentError where it cannot be written to
   */
  readonly write: (name: string, content: string | Uint8Array) => string;
}
