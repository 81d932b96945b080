import { createHash } from 'node:crypto';
import type { ObjectReference } from '../../ports/cluster-client.js';
import { type BundleKind, folderOf, kindOfFolder } from './bundle-kinds.js';

/** The directory of objects that are in no namespace; no namespace can have that name. */
const CLUSTER = '_cluster';
/** Names of files end here, as file systems (255 bytes) and artifacts have it. */
const LONGEST_NAME = 200;

/**
 * Where an object lies in a bundle: `objects/apps_v1_daemonsets/kube-system/calico-node.json`. What is no letter, digit,
 * dot, hyphen or underscore is percent-encoded, since artifacts refuse colons; a name that is too long ends in a digest.
 */
export function objectPath(
  kind: BundleKind,
  { namespace, name }: Pick<ObjectReference, 'namespace' | 'name'>,
): string {
  return `objects/${folderOf(kind)}/${namespace === null ? CLUSTER : encode(namespace)}/${encode(name)}.json`;
}

function encode(name: string): string {
  const encoded = name.replace(/[^\w.-]/g, (character) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  if (encoded.length <= LONGEST_NAME) return encoded;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `${encoded.slice(0, LONGEST_NAME - digest.length - 1)}~${digest}`;
}

const OBJECT_PATH = /^objects\/([^/]+)\/([^/]+)\/[^/]+\.json$/;

/** The kind whose objects lie there; null where no bundle has such a path. */
export function kindAtPath(path: string): BundleKind | null {
  const [, folder = '', place = ''] = OBJECT_PATH.exec(path) ?? [];
  const kind = kindOfFolder(folder);
  return kind !== null && (place === CLUSTER) !== kind.isNamespaced ? kind : null;
}
