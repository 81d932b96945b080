import { EnvironmentError } from '../../src/errors.js';
import type { BundleReader, BundleWriter } from '../../src/ports/bundle.js';

/** A bundle in memory: what the writer finished is what the reader sees. */
export interface MemoryBundle extends BundleReader, BundleWriter {
  readonly files: Map<string, Uint8Array>;
  /** Paths that are links. */
  readonly links: Set<string>;
}

/** @param files what is there already */
export function createMemoryBundle(files = new Map<string, Uint8Array>()): MemoryBundle {
  const partial = new Map<string, Uint8Array>();
  const links = new Set<string>();
  return {
    files,
    links,
    written: readerOf(partial, new Set()),
    write(path, content) {
      partial.set(path, typeof content === 'string' ? Buffer.from(content) : content);
      return Promise.resolve();
    },
    removeBelow(path) {
      for (const one of partial.keys()) if (one.startsWith(`${path}/`)) partial.delete(one);
      return Promise.resolve();
    },
    finish() {
      if (files.size > 0) return Promise.reject(new EnvironmentError('Not empty', 'Take another.'));
      for (const [path, content] of partial) files.set(path, content);
      return Promise.resolve();
    },
    discard() {
      partial.clear();
      return Promise.resolve();
    },
    ...readerOf(files, links),
  };
}

function readerOf(files: ReadonlyMap<string, Uint8Array>, links: ReadonlySet<string>): BundleReader {
  return {
    place: 'memory',
    entries: () =>
      Promise.resolve(
        [...files]
          .map(([path, content]) => ({
            path,
            type: links.has(path) ? ('other' as const) : ('file' as const),
            bytes: content.length,
          }))
          .sort((a, b) => (a.path < b.path ? -1 : 1)),
      ),
    read(path, maxBytes) {
      const content = files.get(path);
      return content === undefined || content.length > maxBytes
        ? Promise.reject(new EnvironmentError(`${path} cannot be read`, 'Take another bundle.'))
        : Promise.resolve(content);
    },
  };
}
