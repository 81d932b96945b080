import { encodePath } from '../report/markdown.js';
import type { PullRequestEvent } from './github-event.js';
import { explaining } from './github-failure.js';
import type { Rest, RestAnswer } from './github-rest.js';
import { RequestFailure } from './github-retry.js';

const RAW = 'application/vnd.github.raw+json';

/** Reads files of the base branch as bytes; null for what it does not have, or does not have as a file. */
export function createBaseReader(
  rest: Rest,
  event: PullRequestEvent,
): (path: string) => Promise<Uint8Array | null> {
  const { owner, repository, baseSha } = event;
  const repo = `/repos/${owner}/${repository}`;
  const contents = (path: string): string => `${repo}/contents/${encodePath(path)}?ref=${baseSha}`;
  let readable: Promise<unknown> | null = null;

  /** A 404 means "no such file" only where the token may read: GitHub hides what it may not. */
  function confirmAccess(): Promise<unknown> {
    readable ??= rest.retry(() => rest.sendOnce({ method: 'GET', path: `${repo}/git/commits/${baseSha}` }));
    return readable;
  }

  /** For files that the contents API finds too large: by the hash that their directory lists. */
  async function readBlob(path: string): Promise<Uint8Array | null> {
    const folder = path.split('/').slice(0, -1).join('/');
    const entries = await rest.retry(() => rest.jsonOnce({ method: 'GET', path: contents(folder) }));
    const entry = (Array.isArray(entries) ? entries : []).find((item) => hasPath(item, path)) as
      { sha?: unknown } | undefined;
    if (typeof entry?.sha !== 'string') return null;
    const blob = `${repo}/git/blobs/${entry.sha}`;
    return (await rest.retry(() => rest.sendOnce({ method: 'GET', path: blob, accept: RAW }))).bytes;
  }

  async function read(path: string): Promise<Uint8Array | null> {
    try {
      const answer = await rest.retry(() =>
        rest.sendOnce({ method: 'GET', path: contents(path), accept: RAW }),
      );
      return isFile(answer) ? answer.bytes : null;
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      if (isTooLarge(error)) return readBlob(path);
      if (error.status !== 404) throw error;
      await confirmAccess();
      return null;
    }
  }

  return (path) =>
    explaining({ what: `read ${path} at ${baseSha.slice(0, 12)}`, permission: 'contents: read' }, event, () =>
      read(path),
    );
}

/** A directory and a submodule come as plain JSON, whatever was asked for. */
function isFile(answer: RestAnswer): boolean {
  return !answer.contentType.startsWith('application/json');
}

function isTooLarge({ status, message }: RequestFailure): boolean {
  return (status === 403 || status === 422) && /too[_ ]large/i.test(message);
}

function hasPath(item: unknown, path: string): boolean {
  return typeof item === 'object' && item !== null && 'path' in item && item.path === path;
}
