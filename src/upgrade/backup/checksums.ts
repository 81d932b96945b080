import { createHash } from 'node:crypto';

/** Name of the file with the digests, which is written last: without it a bundle is not complete. */
export const CHECKSUMS = 'SHA256SUMS';

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** As `sha256sum` writes them, in the order of the paths. */
export function formatChecksums(digests: ReadonlyMap<string, string>): string {
  return [...digests]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => `${digest}  ${path}\n`)
    .join('');
}

const LINE = /^([0-9a-f]{64}) [ *](.+)$/;

/** The digests by path; null where a line is none, or a path comes twice. */
export function parseChecksums(text: string): ReadonlyMap<string, string> | null {
  const digests = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const [, digest, path] = LINE.exec(line) ?? [];
    if (digest === undefined || path === undefined || digests.has(path)) return null;
    digests.set(path, digest);
  }
  return digests;
}
