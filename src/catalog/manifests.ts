import manifestRows from './data/manifests.json' with { type: 'json' };
import { formatVersion, type Version } from '../version/version.js';
import type { ManifestFile } from './types.js';

const files: ReadonlyMap<string, ManifestFile> = new Map(
  manifestRows.map((row: ManifestFile) => [`${row.release}/${row.file}`, row]),
);

/**
 * Digest and size of a file of upstream's `manifests/` at a release's tag. Null where the tag holds no such file, or
 * only a template of it (releases before v3.24.0).
 */
export function manifestFile(release: Version, file: string): ManifestFile | null {
  return files.get(`${formatVersion(release)}/${file}`) ?? null;
}

/** All files known of a release; empty for releases before v3.24.0. */
export function manifestFiles(release: Version): ManifestFile[] {
  const version = formatVersion(release);
  return [...files.values()].filter((row) => row.release === version);
}
