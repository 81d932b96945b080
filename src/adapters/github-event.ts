import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../errors.js';
import type { MarkdownLinks } from '../report/markdown-sections.js';

/** Variables that GitHub sets for a step. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the event says of the pull request that set the workflow off. */
export interface PullRequestEvent {
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
  /** The commit of the base branch that the pull request is compared with. */
  readonly baseSha: string;
  readonly headSha: string;
  /** How many files it changes; null where the event does not say. */
  readonly changedFiles: number | null;
  /** Whether it comes from another repository, where the token may only read. */
  readonly isFork: boolean;
}

const PULL_REQUEST_EVENTS: ReadonlySet<string> = new Set(['pull_request', 'pull_request_target']);

/**
 * The pull request that the run belongs to; null where it was set off by something else.
 * @throws EnvironmentError where GitHub says there is one, and its description cannot be read
 */
export function readPullRequestEvent(environment: Environment): PullRequestEvent | null {
  const event = environment['GITHUB_EVENT_NAME'] ?? '';
  if (!PULL_REQUEST_EVENTS.has(event)) return null;
  const payload = readPayload(environment['GITHUB_EVENT_PATH'] ?? '');
  const pull = field(payload, 'pull_request');
  const [owner, repository] = fullName(environment, payload).split('/');
  const number = field(pull, 'number');
  const baseSha = field(field(pull, 'base'), 'sha');
  const headSha = field(field(pull, 'head'), 'sha');
  if (
    !owner ||
    !repository ||
    typeof number !== 'number' ||
    typeof baseSha !== 'string' ||
    typeof headSha !== 'string'
  ) {
    throw unreadable(`it describes no pull request, though the event is ${event}`);
  }
  const changedFiles = field(pull, 'changed_files');
  return {
    owner,
    repository,
    number,
    baseSha,
    headSha,
    changedFiles: typeof changedFiles === 'number' ? changedFiles : null,
    isFork: field(field(field(pull, 'head'), 'repo'), 'full_name') !== `${owner}/${repository}`,
  };
}

/** Where the files and the run can be looked at; null each where this is no workflow. */
export function readMarkdownLinks(environment: Environment, event: PullRequestEvent | null): MarkdownLinks {
  const server = environment['GITHUB_SERVER_URL'];
  const repository = environment['GITHUB_REPOSITORY'];
  if (!server || !repository) return { blobUrl: null, runUrl: null };
  const commit = event?.headSha ?? environment['GITHUB_SHA'];
  const run = environment['GITHUB_RUN_ID'];
  return {
    blobUrl: commit ? `${server}/${repository}/blob/${commit}` : null,
    runUrl: run ? `${server}/${repository}/actions/runs/${run}` : null,
  };
}

function readPayload(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unreadable(path === '' ? 'GITHUB_EVENT_PATH is not set' : 'it is missing, or no JSON', error);
  }
}

function fullName(environment: Environment, payload: unknown): string {
  const name = environment['GITHUB_REPOSITORY'] ?? field(field(payload, 'repository'), 'full_name');
  return typeof name === 'string' ? name : '';
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function unreadable(why: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    `GitHub's description of the event cannot be read: ${why}.`,
    'Run the action in a job of a pull_request workflow, or set changed-only to false and comment to never.',
    { cause },
  );
}
