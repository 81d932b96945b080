import type { BundleWriter } from '../../ports/bundle.js';
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
  /** An object that came before (a list that began anew) is replaced. */
  readonly add: (kind: BundleKind, object: KubernetesObject) => Promise<void>;
  readonly addFile: (path: string, content: string | Uint8Array) => Promise<void>;
  /** Writes the index and, last, the digests; then the bundle is there. */
  readonly finish: (facts: BundleFacts) => Promise<BundleIndex>;
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
    async finish(facts) {
      const index: BundleIndex = { ...facts, counts };
      await write(INDEX, formatIndex(index));
      await writer.write(CHECKSUMS, formatChecksums(digests));
      await writer.finish();
      return index;
    },
  };
}
