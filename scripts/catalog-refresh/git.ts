import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { RefreshError } from './errors.js';

/** A commit, and its day as the committer's clock said it (ISO date). */
export interface Commit {
  readonly id: string;
  readonly date: string;
  /** Seconds since 1970: orders commits of one day. */
  readonly time: number;
}

/** A file of a tree. A link's content is the path that it points to. */
export interface TreeEntry {
  readonly path: string;
  readonly id: string;
  readonly isLink: boolean;
}

/** Read access to one upstream repository, bare or with a work tree. */
export interface GitRepository {
  /** `projectcalico/calico` */
  readonly name: string;
  /** Tags that match, in no particular order. */
  tags(pattern: RegExp): readonly string[];
  /** Branches that match, as refs that resolve; those of a clone's `origin` count too. */
  branches(pattern: RegExp): readonly string[];
  /** Name of the branch that is checked out, or `HEAD` where none is. */
  head(): string;
  /** @throws RefreshError where the ref does not resolve */
  commit(ref: string): Commit;
  /** Files below a folder at a ref, `''` for all; none where the folder is not there. */
  list(ref: string, folder: string): readonly TreeEntry[];
  /** A file's text at a ref, or null where it is not there. */
  text(ref: string, path: string): string | null;
  /** Contents by id. @throws RefreshError where the repository lacks one of them */
  contents(ids: readonly string[]): ReadonlyMap<string, Buffer>;
  /** Commits on a ref's first-parent line that touch any of the paths, oldest first. */
  history(ref: string, paths: readonly string[]): readonly Commit[];
}

const MAX_OUTPUT_BYTES = 1 << 30;
const COMMIT_FORMAT = '%H %cs %ct';

/**
 * Opens the git repository at a directory.
 * @throws RefreshError where the directory is missing, is no git repository's root, or is a shallow clone
 */
export function openRepository(name: string, directory: string): GitRepository {
  requireRepository(name, directory);
  const run = (args: readonly string[], input?: string): Buffer => {
    const result = runGit(directory, args, input);
    if (result.status === 0) return result.stdout;
    throw new RefreshError(
      `git ${args[0] ?? ''} failed in ${directory} (${name}): ${result.stderr.toString('utf8').trim()}`,
      'Check that the clone is whole: git fsck --connectivity-only.',
    );
  };
  const lines = (args: readonly string[]): string[] => splitLines(run(args).toString('utf8'));
  return {
    name,
    tags: (pattern) => lines(['tag', '--list']).filter((tag) => pattern.test(tag)),
    head: () =>
      runGit(directory, ['symbolic-ref', '--short', '--quiet', 'HEAD']).stdout.toString('utf8').trim() ||
      'HEAD',
    branches: (pattern) => listBranches(lines, pattern),
    commit: remember((ref) =>
      readCommit(
        run(['log', '-1', `--format=${COMMIT_FORMAT}`, ref, '--'])
          .toString('utf8')
          .trim(),
      ),
    ),
    list: (ref, folder) => listTree(run, ref, folder),
    text: (ref, path) => {
      const result = runGit(directory, ['cat-file', 'blob', `${ref}:${path}`]);
      return result.status === 0 ? result.stdout.toString('utf8') : null;
    },
    contents: (ids) => readContents(run(['cat-file', '--batch'], ids.join('\n') + '\n'), ids, name),
    history: (ref, paths) =>
      lines([
        'log',
        '--first-parent',
        '--topo-order',
        '--reverse',
        `--format=${COMMIT_FORMAT}`,
        ref,
        '--',
        ...paths,
      ]).map(readCommit),
  };
}

function requireRepository(name: string, directory: string): void {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RefreshError(`${directory} is not a directory.`, `Clone https://github.com/${name} there.`);
  }
  const answer = runGit(directory, ['rev-parse', '--show-prefix', '--is-shallow-repository']);
  const [prefix, shallow] = answer.stdout.toString('utf8').split('\n');
  if (answer.status !== 0 || prefix !== '') {
    const reason =
      answer.stderr.toString('utf8').trim() || `it is the folder ${prefix ?? ''} of another repository`;
    throw new RefreshError(
      `${directory} is not the root of a git repository: ${reason}`,
      `Give the root of a clone of https://github.com/${name}, bare or not.`,
    );
  }
  if (shallow === 'true') {
    throw new RefreshError(
      `${directory} is a shallow clone of ${name}: its history and tags are cut off.`,
      `Run git -C ${directory} fetch --unshallow --tags.`,
    );
  }
}

function runGit(
  directory: string,
  args: readonly string[],
  input?: string,
): { status: number | null; stdout: Buffer; stderr: Buffer } {
  const result = spawnSync('git', ['-C', directory, ...args], {
    maxBuffer: MAX_OUTPUT_BYTES,
    input: input ?? '',
  });
  if (result.error) {
    throw new RefreshError(
      `git could not be run: ${result.error.message}`,
      'Install git and put it on the PATH.',
      {
        cause: result.error,
      },
    );
  }
  return result;
}

/** Asks git once for each argument: starting it is what takes the time. */
function remember<Answer>(ask: (argument: string) => Answer): (argument: string) => Answer {
  const answers = new Map<string, Answer>();
  return (argument) => {
    const known = answers.get(argument);
    if (known !== undefined) return known;
    const answer = ask(argument);
    answers.set(argument, answer);
    return answer;
  };
}

function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function listBranches(lines: (args: readonly string[]) => string[], pattern: RegExp): string[] {
  const refs = lines(['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes/origin']);
  return refs.filter((ref) => pattern.test(ref.replace(/^refs\/(heads|remotes\/origin)\//, '')));
}

function readCommit(line: string): Commit {
  const [id = '', date = '', time = ''] = line.split(' ');
  return { id, date, time: Number(time) };
}

function listTree(run: (args: readonly string[]) => Buffer, ref: string, folder: string): TreeEntry[] {
  const output = run(['ls-tree', '-r', '-z', '--full-tree', ref, ...(folder === '' ? [] : ['--', folder])]);
  return output
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const match = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(line);
      return match ? [{ path: match[3] ?? '', id: match[2] ?? '', isLink: match[1] === '120000' }] : [];
    });
}

/** The answer of `git cat-file --batch`: a line of id, type and size, the content, and a line feed, for each. */
function readContents(output: Buffer, ids: readonly string[], name: string): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let at = 0;
  for (const id of ids) {
    const end = output.indexOf('\n', at);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(output.toString('utf8', at, end))?.[1];
    if (size === undefined) {
      throw new RefreshError(
        `The clone of ${name} lacks the file content ${id}.`,
        'Clone it again without a filter.',
      );
    }
    contents.set(id, output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return contents;
}
