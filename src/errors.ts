/** What stops a run. `code` is stable; `remedy` says what to do about it in one sentence. */
export abstract class ActionError extends Error {
  abstract readonly code: string;
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** What went wrong, for people: a message and what to do, or the message of what nobody foresaw. */
export function explain(error: unknown): string {
  if (error instanceof ActionError) return `${error.message} ${error.remedy}`;
  return `Unexpected: ${error instanceof Error ? error.message : String(error)}`;
}

/** An input, a flag or a file that the user gave is not what it has to be. */
export class InputError extends ActionError {
  readonly code = 'input';
  /** The input at fault, as the user knows it: `path`, `mode`, `policy`. */
  readonly input: string;

  constructor(input: string, message: string, remedy: string, options?: ErrorOptions) {
    super(message, remedy, options);
    this.input = input;
  }
}

/** Something outside this program did not do what was asked of it: a file system, GitHub's API. */
export class EnvironmentError extends ActionError {
  readonly code = 'environment';
}

/** The same, for a reason that may have passed by the next try: a server that was away, or too busy. */
export class PassingError extends EnvironmentError {}

/** What was asked of the API server, and what it answered. */
export interface ClusterFailure {
  /** `get`, `list`, `watch`, `apply`, `create`, `replace`, `patch`, `delete`, `exec`, `logs`, `discover`, `review`. */
  readonly verb: string;
  /** What it was about: `DaemonSet kube-system/calico-node`, `nodes`. */
  readonly resource: string;
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** Whether what was asked may have been carried out all the same; absent is false. */
  readonly isOutcomeUnknown?: boolean;
}

/** The API server refused, or could not be reached. */
export class ClusterError extends ActionError implements ClusterFailure {
  readonly code = 'cluster';
  readonly verb: string;
  readonly resource: string;
  readonly status: number | null;
  readonly isOutcomeUnknown: boolean;

  constructor(failure: ClusterFailure, message: string, remedy: string, options?: ErrorOptions) {
    super(message, remedy, options);
    this.verb = failure.verb;
    this.resource = failure.resource;
    this.status = failure.status;
    this.isOutcomeUnknown = failure.isOutcomeUnknown === true;
  }
}
