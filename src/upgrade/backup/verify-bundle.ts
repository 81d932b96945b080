import { InputError } from '../../errors.js';
import type { BundleEntry, BundleReader } from '../../ports/bundle.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { folderOf, type BundleKind } from './bundle-kinds.js';
import { type BundleIndex, parseIndex } from './bundle-index.js';
import { kindAtPath } from './bundle-path.js';
import { CHECKSUMS, parseChecksums, sha256 } from './checksums.js';
import { parseObject } from './parse-object.js';

/** What a bundle has to be for this cluster and this user. */
export interface Expectations {
  /** UID of the cluster that it is to go back to; null where that is not known yet. */
  readonly clusterUid: string | null;
  /** Takes objects that were changed since the bundle was made. */
  readonly force: boolean;
}

export interface VerifiedBundle {
  readonly index: BundleIndex;
  /** Paths of objects that were changed since the bundle was made. */
  readonly edited: readonly string[];
}

/** One object of a bundle. */
export interface BundleObject {
  readonly path: string;
  readonly kind: BundleKind;
  readonly object: KubernetesObject;
}

export const INDEX = 'bundle.json';
/** The Secrets, encrypted. */
export const SECRETS = 'secrets.age';

/** The API server takes objects of 1.5 MB at most; a definition as JSON with indents has twice that. */
export const LARGEST_OBJECT = 8 * 1024 * 1024;
const LARGEST_LIST = 256 * 1024 * 1024;
const LARGEST_BUNDLE = 8 * 1024 ** 3;
const MOST_FILES = 500_000;
const FAULTS_SHOWN = 5;

/**
 * Believes nothing of a bundle that it has not seen for itself: shape, completeness, digests, every object, the cluster.
 *
 * @throws InputError with what is wrong and where
 */
export async function verifyBundle(
  reader: BundleReader,
  { clusterUid, force }: Expectations,
): Promise<VerifiedBundle> {
  const entries = await reader.entries();
  refuse(reader, shapeFaults(entries));
  const index = parseIndex(await readText(reader, INDEX, LARGEST_OBJECT));
  if (clusterUid !== null && index.clusterUid !== clusterUid) throw foreign(index, clusterUid);
  const digests = parseChecksums(await readText(reader, CHECKSUMS, LARGEST_LIST));
  if (digests === null) throw fault(reader, [`${CHECKSUMS}: is not a list of digests`]);
  const paths = entries.map(({ path }) => path).filter((path) => path !== CHECKSUMS);
  refuse(reader, listFaults(paths, digests));
  const { edited, faults, counts } = await lookAtFiles(reader, paths, digests);
  refuse(reader, [...faults, ...countFaults(index, counts)]);
  if (edited.length > 0 && !force) throw changed(reader, edited);
  return { index, edited };
}

/** The objects of a verified bundle, in the order of their paths. @throws InputError where it changed meanwhile */
export async function* readObjects(
  reader: BundleReader,
  isWanted: (kind: BundleKind) => boolean = () => true,
): AsyncGenerator<BundleObject> {
  for (const { path } of await reader.entries()) {
    const kind = kindAtPath(path);
    if (kind === null || !isWanted(kind)) continue;
    const object = parseObject(path, kind, await reader.read(path, LARGEST_OBJECT));
    if (typeof object === 'string') throw fault(reader, [`${path}: ${object}`]);
    yield { path, kind, object };
  }
}

function shapeFaults(entries: readonly BundleEntry[]): string[] {
  const paths = new Set(entries.map(({ path }) => path));
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (entries.length > MOST_FILES) return [`there are ${entries.length} files, more than any bundle has`];
  if (bytes > LARGEST_BUNDLE) return [`it has ${bytes} bytes, more than any bundle has`];
  return [
    ...[INDEX, CHECKSUMS].filter((path) => !paths.has(path)).map((path) => `${path}: is not there`),
    ...entries.flatMap(({ path, type, bytes: size }) => {
      if (type === 'other') return [`${path}: is a link or no file`];
      if (path === INDEX || path === CHECKSUMS || path === SECRETS) return [];
      if (kindAtPath(path) === null) return [`${path}: does not belong in a bundle`];
      return size > LARGEST_OBJECT ? [`${path}: has ${size} bytes, more than any object has`] : [];
    }),
  ];
}

function listFaults(paths: readonly string[], digests: ReadonlyMap<string, string>): string[] {
  const there = new Set(paths);
  return [
    ...[...digests.keys()].filter((path) => !there.has(path)).map((path) => `${path}: is missing`),
    ...paths.filter((path) => !digests.has(path)).map((path) => `${path}: is not in ${CHECKSUMS}`),
  ];
}

interface Look {
  readonly edited: string[];
  readonly faults: string[];
  readonly counts: Map<string, number>;
}

async function lookAtFiles(
  reader: BundleReader,
  paths: readonly string[],
  digests: ReadonlyMap<string, string>,
): Promise<Look> {
  const look: Look = { edited: [], faults: [], counts: new Map() };
  for (const path of paths) {
    const kind = kindAtPath(path);
    const content = await reader.read(path, kind === null ? LARGEST_LIST : LARGEST_OBJECT);
    const isChanged = sha256(content) !== digests.get(path);
    if (kind === null) {
      if (isChanged) look.faults.push(`${path}: is not what was written`);
      continue;
    }
    const object = parseObject(path, kind, content);
    if (typeof object === 'string') look.faults.push(`${path}: ${object}`);
    else if (isChanged) look.edited.push(path);
    const folder = folderOf(kind);
    look.counts.set(folder, (look.counts.get(folder) ?? 0) + 1);
  }
  return look;
}

function countFaults({ counts }: BundleIndex, seen: ReadonlyMap<string, number>): string[] {
  const folders = new Set([...Object.keys(counts), ...seen.keys()]);
  return [...folders].flatMap((folder) => {
    const [wanted, found] = [counts[folder] ?? 0, seen.get(folder) ?? 0];
    return wanted === found ? [] : [`objects/${folder}: holds ${found} objects, ${INDEX} counts ${wanted}`];
  });
}

async function readText(reader: BundleReader, path: string, maxBytes: number): Promise<string> {
  return Buffer.from(await reader.read(path, maxBytes)).toString('utf8');
}

function refuse(reader: BundleReader, faults: readonly string[]): void {
  if (faults.length > 0) throw fault(reader, faults);
}

function fault({ place }: BundleReader, faults: readonly string[]): InputError {
  return new InputError(
    'backup-artifact',
    `The bundle in ${place} is damaged or none: ${shown(faults)}.`,
    'Nothing was changed. Download it anew, or take another bundle.',
  );
}

function changed({ place }: BundleReader, edited: readonly string[]): InputError {
  return new InputError(
    'backup-artifact',
    `The bundle in ${place} was changed after it was made: ${shown(edited)}.`,
    'Nothing was changed on the cluster. Where the changes are yours and wanted, set force: true.',
  );
}

function foreign({ clusterUid, createdAt }: BundleIndex, here: string): InputError {
  return new InputError(
    'backup-artifact',
    `The bundle of ${createdAt} is of another cluster: kube-system has the UID ${here} here, and ${clusterUid} there.`,
    'Nothing was changed. Name a bundle of this cluster, or the kubeconfig of that one.',
  );
}

function shown(texts: readonly string[]): string {
  const more = texts.length - FAULTS_SHOWN;
  return `${texts.slice(0, FAULTS_SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
