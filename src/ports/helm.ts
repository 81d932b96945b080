/** A revision of a release of Helm. */
export interface HelmRevision {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
}

/** The program `helm`, as far as a rollback has to do with it. */
export interface Helm {
  /**
   * Puts a release back to a revision of its history, as a revision of its own. Runs no hooks, and waits for nothing but
   * Helm itself.
   *
   * @throws EnvironmentError in Helm's own words where it refuses, cannot be run, or does not end in time
   */
  readonly rollback: (to: HelmRevision) => Promise<void>;
}

/** What does the same by hand. */
export function rollbackCommand({ name, namespace, revision }: HelmRevision): string {
  return ['helm', ...rollbackArguments({ name, namespace, revision })].join(' ');
}

export function rollbackArguments({ name, namespace, revision }: HelmRevision): readonly string[] {
  return ['rollback', name, String(revision), '--namespace', namespace, '--no-hooks'];
}
