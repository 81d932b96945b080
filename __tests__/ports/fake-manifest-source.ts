import type { ManifestSource } from '../../src/ports/manifest-source.js';
import { formatVersion } from '../../src/version/version.js';

export interface FakeManifestOptions {
  /** Files that are not upstream's any more: reading them throws this. */
  readonly failures?: Readonly<Record<string, Error>>;
  /** Files without a digest. */
  readonly unverified?: readonly string[];
}

/** A source in memory; files are named `v3.31.7/calico.yaml`. */
export function createFakeManifestSource(
  files: Readonly<Record<string, string>>,
  { failures = {}, unverified = [] }: FakeManifestOptions = {},
): ManifestSource & { readonly reads: readonly string[] } {
  const reads: string[] = [];
  return {
    description: 'memory',
    reads,
    read(release, file) {
      if (/(?:^|\/)\.|^\/|\\/.test(file)) throw new Error(`Not a file name of a manifest: ${file}`);
      const name = `${formatVersion(release)}/${file}`;
      reads.push(name);
      const failure = failures[name];
      if (failure) return Promise.reject(failure);
      const text = files[name];
      return Promise.resolve(
        text === undefined
          ? { kind: 'none', reason: 'not-there', message: `There is no ${name}.`, remedy: 'Put it there.' }
          : { kind: 'text', text, isVerified: !unverified.includes(name), from: name },
      );
    },
  };
}
