import { compareFindings, type Finding, NOWHERE } from '../findings/finding.js';
import type { ChangedFile, PullRequest } from '../ports/pull-request.js';
import type { Workspace } from '../ports/workspace.js';
import { isConfigFile } from './config-file.js';
import { applyExceptions } from './exceptions.js';
import { judgeImageOnlyChange } from './judge/judge-change.js';
import { type JudgeOptions, type Judgement, judgeWorkspace } from './judge-workspace.js';
import { overlayWorkspace } from './overlay-workspace.js';
import { MAX_FILE_BYTES } from './scan.js';

export interface CheckOptions extends JudgeOptions {
  readonly failOn: 'error' | 'warning' | 'never';
  /** ISO date, for exceptions that expire. */
  readonly today: string;
}

/** A finding, and whether the base branch does not have it. */
export interface RankedFinding {
  readonly finding: Finding;
  readonly isNew: boolean;
}

export interface CheckOutcome {
  readonly judgement: Judgement;
  /** Worst first, new ones before others of the same severity. */
  readonly findings: readonly RankedFinding[];
  readonly ignored: readonly { readonly finding: Finding; readonly reason: string }[];
  readonly hasFailed: boolean;
  /** What kept the run from judging as it was asked to; one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Judges a workspace. With a pull request, only what it changes is judged, and what its base branch has already cannot
 * fail it.
 *
 * @param pullRequest null to judge everything
 * @throws EnvironmentError where the pull request cannot be read
 */
export async function runCheck(
  workspace: Workspace,
  pullRequest: PullRequest | null,
  options: CheckOptions,
): Promise<CheckOutcome> {
  const judgement = judgeWorkspace(workspace, options);
  const change = pullRequest ? await readChange(workspace, pullRequest, options) : null;
  const { concerned, known } = change
    ? compareWithBase(judgement, workspace, change, options)
    : { concerned: judgement.findings, known: new Set<string>() };
  const { kept, ignored } = applyExceptions(concerned, options.policy, options.today, options.matchGlob);
  const findings = kept
    .map((finding) => ({ finding, isNew: isNew(finding, known, change) }))
    .sort(compareRanked);
  return {
    judgement,
    findings,
    ignored,
    hasFailed: findings.some(({ finding, isNew }) => isNew && counts(finding, options.failOn)),
    warnings: pullRequest && !change ? [TOO_MANY_FILES] : [],
  };
}

/** The findings that a change has to do with, and the identities of those that its base has too. */
function compareWithBase(
  head: Judgement,
  headWorkspace: Workspace,
  { base: baseWorkspace, paths }: Change,
  options: CheckOptions,
): { readonly concerned: readonly Finding[]; readonly known: ReadonlySet<string> } {
  const base = judgeWorkspace(baseWorkspace, { ...options, onProgress: () => undefined });
  const known = new Set(base.findings.map(({ identity }) => identity));
  const bumped = judgeImageOnlyChange({ head, base, headWorkspace, baseWorkspace, paths });
  const own = new Set(head.findings.map(({ identity }) => identity));
  const all = [...head.findings, ...bumped.filter(({ identity }) => !own.has(identity))];
  return {
    concerned: all.filter((finding) => isTouched(finding, paths) || !known.has(finding.identity)),
    known,
  };
}

/** No pull request changes what runs. */
function isNew({ identity, location }: Finding, known: ReadonlySet<string>, change: Change | null): boolean {
  return !known.has(identity) && (change === null || location.path !== NOWHERE.path);
}

function compareRanked(a: RankedFinding, b: RankedFinding): number {
  const bySeverity = a.finding.severity === b.finding.severity ? Number(b.isNew) - Number(a.isNew) : 0;
  return bySeverity || compareFindings(a.finding, b.finding);
}

function counts({ severity }: Finding, failOn: CheckOptions['failOn']): boolean {
  if (failOn === 'never') return false;
  return severity === 'error' || (failOn === 'warning' && severity === 'warning');
}

/** Whether a changed file is where the finding stands, or one of the places that it is about. What runs concerns every change. */
function isTouched({ location, related }: Finding, paths: ReadonlySet<string>): boolean {
  return [location, ...related].some(({ path }) => path === NOWHERE.path || paths.has(path));
}

interface Change {
  readonly base: Workspace;
  /** Files that the pull request adds or changes, by their new names. */
  readonly paths: ReadonlySet<string>;
}

const PARALLEL_READS = 8;
const TOO_MANY_FILES = 'The pull request changes more files than GitHub lists, so everything is judged.';

/** What the pull request changes; null where GitHub does not list all of it. */
async function readChange(
  workspace: Workspace,
  pullRequest: PullRequest,
  options: CheckOptions,
): Promise<Change | null> {
  const { files, isComplete } = await pullRequest.changedFiles();
  if (!isComplete) return null;
  const isRead = (path: string): boolean =>
    (options.isIncluded ?? isConfigFile)(path) && !options.isExcluded(path);
  const wanted = [...new Set(files.flatMap(basePaths))].filter(isRead);
  const replaced = new Map<string, Uint8Array | null>(
    files.filter(({ status }) => status !== 'removed').map(({ path }) => [path, null]),
  );
  for (let index = 0; index < wanted.length; index += PARALLEL_READS) {
    const batch = wanted.slice(index, index + PARALLEL_READS);
    const read = await Promise.all(
      batch.map(async (path) => [path, await pullRequest.readBase(path)] as const),
    );
    for (const [path, bytes] of read)
      replaced.set(path, bytes && bytes.length <= MAX_FILE_BYTES ? bytes : null);
  }
  return {
    base: overlayWorkspace(workspace, replaced),
    paths: new Set(files.filter(({ status }) => status !== 'removed').map(({ path }) => path)),
  };
}

/** Where a changed file was on the base branch; nowhere where it is new. */
function basePaths({ path, previousPath, status }: ChangedFile): string[] {
  if (status === 'added') return [];
  return [previousPath ?? path];
}
