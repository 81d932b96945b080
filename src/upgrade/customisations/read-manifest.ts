import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { ManifestRead, ManifestSource } from '../../ports/manifest-source.js';
import { formatVersion, type Version } from '../../version/version.js';
import { parseManifest } from './parse-manifest.js';

/** The objects of an upstream file, or why there are none. */
export type ManifestObjects =
  | { readonly kind: 'objects'; readonly objects: readonly KubernetesObject[]; readonly isVerified: boolean }
  | Extract<ManifestRead, { readonly kind: 'none' }>;

/** Reads upstream's files as objects, each file once. */
export interface ManifestReader {
  /** @throws EnvironmentError where the source cannot be read, or gives what is no manifest */
  readonly read: (release: Version, file: string) => Promise<ManifestObjects>;
}

/** A reader that keeps what it read as long as it lives. */
export function createManifestReader(source: ManifestSource): ManifestReader {
  const known = new Map<string, Promise<ManifestObjects>>();
  return {
    read(release, file) {
      const name = `${formatVersion(release)}/${file}`;
      const read = known.get(name) ?? readObjects(source, release, file);
      known.set(name, read);
      read.catch(() => known.delete(name));
      return read;
    },
  };
}

async function readObjects(source: ManifestSource, release: Version, file: string): Promise<ManifestObjects> {
  const read = await source.read(release, file);
  if (read.kind === 'none') return read;
  return { kind: 'objects', objects: parseManifest(read.text, read.from), isVerified: read.isVerified };
}
