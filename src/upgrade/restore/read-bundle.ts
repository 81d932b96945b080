import { InputError } from '../../errors.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type BundleKind } from '../backup/bundle-kinds.js';
import { kindAtPath } from '../backup/bundle-path.js';
import { parseObject } from '../backup/parse-object.js';
import { LARGEST_OBJECT } from '../backup/verify-bundle.js';

/** The objects of a verified bundle, kind by kind. */
export interface BundleObjects {
  readonly kinds: ReadonlySet<BundleKind>;
  /** @throws InputError where the bundle changed since it was verified */
  readonly read: (kind: BundleKind) => Promise<readonly KubernetesObject[]>;
}

export async function openObjects(reader: BundleReader): Promise<BundleObjects> {
  const paths = new Map<BundleKind, string[]>();
  for (const { path } of await reader.entries()) {
    const kind = kindAtPath(path);
    if (kind === null) continue;
    const found = paths.get(kind);
    if (found) found.push(path);
    else paths.set(kind, [path]);
  }
  return {
    kinds: new Set(paths.keys()),
    read: async (kind) => {
      const objects: KubernetesObject[] = [];
      for (const path of paths.get(kind) ?? []) {
        const object = parseObject(path, kind, await reader.read(path, LARGEST_OBJECT));
        if (typeof object === 'string') throw damaged(reader, `${path}: ${object}`);
        objects.push(object);
      }
      return objects;
    },
  };
}

function damaged({ place }: BundleReader, what: string): InputError {
  return new InputError(
    'backup-artifact',
    `The bundle in ${place} changed while it was read: ${what}.`,
    'Nothing was changed on the cluster. Download it anew.',
  );
}
