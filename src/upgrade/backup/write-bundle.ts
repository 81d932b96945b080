import { dirname } from 'node:path/posix';
import type { BundleReader, BundleWriter } from '../../ports/bundle.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type BundleKind, folderOf } from './bundle-kinds.js';
import { type BundleIndex, formatIndex } from './bundle-index.js';
import { objectPath } from './bundle-path.js';
import { CHECKSUMS, formatChecksums, sha256 } from './checksums.js';
import { INDEX } from './verify-bundle.js';

/** What the index says besides what the objects tell. */
export type BundleFacts = Omit<BundleIndex, 'counts'>;

/** Puts a bundle together, object by object; nothing of an object is kept but its digest. */
export interface BundleBuilder {
  readonly add: (kind: BundleKind, object: KubernetesObject) => Promise<void>;
  /** Forgets all objects of a kind in a namespace (null: wherever they are): their list begins anew. */
  readonly restart: (kind: BundleKind, namespace: string | null) => Promise<void>;
  readonly addFile: (path: string, content: string | Uint8Array) => Promise<void>;
  /**
   * Writes the index and, last, the digests; then the bundle is there.
   *
   * @param prove looks at it before that; nothing appears where it throws
   */
  readonly finish: (
    facts: BundleFacts,
    prove?: (reader: BundleReader) => Promise<void>,
  ) => Promise<BundleIndex>;
}

export function buildBundle(writer: BundleWriter): BundleBuilder {
  const digests = new Map<string, string>();
  const counts: Record<string, number> = {};
  async function write(path: string, content: string | Uint8Array): Promise<void> {
    await writer.write(path, content);
    digests.set(path, sha256(content));
  }
  return {
    addFile: write,
    async add(kind, object) {
      const { namespace = null, name } = object.metadata;
      const path = objectPath(kind, { namespace, name });
      const isNew = !digests.has(path);
      await write(path, `${JSON.stringify(object, null, 2)}\n`);
      if (isNew) counts[folderOf(kind)] = (counts[folderOf(kind)] ?? 0) + 1;
    },
    async restart(kind, namespace) {
      const folder = folderOf(kind);
      const place =
        namespace === null ? `objects/${folder}` : dirname(objectPath(kind, { namespace, name: 'x' }));
      await writer.removeBelow(place);
      for (const path of digests.keys()) {
        if (!path.startsWith(`${place}/`)) continue;
        digests.delete(path);
        counts[folder] = (counts[folder] ?? 0) - 1;
      }
    },
    async finish(facts, prove) {
      const index: BundleIndex = { ...facts, counts };
      await write(INDEX, formatIndex(index));
      await writer.write(CHECKSUMS, formatChecksums(digests));
      await prove?.(writer.written);
      await writer.finish();
      return index;
    },
  };
}
