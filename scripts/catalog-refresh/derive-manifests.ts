import { createHash } from 'node:crypto';
import type { ManifestFile } from '../../src/catalog/types.js';
import type { GitRepository, TreeEntry } from './git.js';
import type { TagFacts } from './read-releases.js';

const FOLDER = 'manifests/';
/** Injector templates and OpenShift's split files: many, and nothing that is installed from here. */
const LEFT_OUT = /^(?:alp|ocp)\//;

/** Digest and size of every manifest at every tag that holds ready ones. */
export function deriveManifests(calico: GitRepository, tags: readonly TagFacts[]): ManifestFile[] {
  const digests = new Map<string, Pick<ManifestFile, 'sha256' | 'bytes'>>();
  return tags
    .filter((tag) => tag.hasManifests)
    .flatMap((tag) => {
      const entries = manifestEntries(calico, tag.version);
      const missing = [...new Set(entries.map((entry) => entry.id))].filter((id) => !digests.has(id));
      for (const [id, content] of calico.contents(missing)) {
        digests.set(id, {
          sha256: createHash('sha256').update(content).digest('hex'),
          bytes: content.length,
        });
      }
      return entries.flatMap((entry) => {
        const digest = digests.get(entry.id);
        return digest ? [toRow(calico.name, tag, entry, digest)] : [];
      });
    });
}

function manifestEntries(calico: GitRepository, version: string): TreeEntry[] {
  return calico
    .list(version, FOLDER)
    .filter(({ path }) => path.endsWith('.yaml') && !LEFT_OUT.test(path.slice(FOLDER.length)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function toRow(
  repository: string,
  tag: TagFacts,
  { path }: TreeEntry,
  digest: Pick<ManifestFile, 'sha256' | 'bytes'>,
): ManifestFile {
  return {
    release: tag.version,
    file: path.slice(FOLDER.length),
    ...digest,
    source: `${repository}@${tag.version}:${path}`,
    date: tag.commit.date,
  };
}
