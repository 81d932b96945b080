import { createHash } from 'node:crypto';
import { manifestFile, manifestFiles } from '../../catalog/manifests.js';
import { EnvironmentError } from '../../errors.js';
import type { ManifestRead, ManifestSource } from '../../ports/manifest-source.js';
import { formatVersion, type Version } from '../../version/version.js';

/** Bytes as a place holds them, or null where it has no such file. */
export interface ManifestPlace {
  readonly description: string;
  /** Whether files without a digest in the catalog are taken: only from where the user put them. */
  readonly isTrusted: boolean;
  /** Where a file is, for messages: a path, a URL. */
  readonly nameOf: (release: string, file: string) => string;
  /** @param maxBytes more than this is never read; EnvironmentError where the file is larger */
  readonly fetch: (release: string, file: string, maxBytes: number) => Promise<Uint8Array | null>;
}

/** Upstream's largest file has 3 MB; a file without a digest may be as large as this. */
const MAX_BYTES = 16 * 1024 * 1024;
const FILE_NAME = /^(?:[A-Za-z0-9_][\w.-]*\/)*[A-Za-z0-9_][\w.-]*\.ya?ml$/;

/** Reads files from a place and holds each to the digest that the catalog has of it. */
export function createCheckedManifests(place: ManifestPlace): ManifestSource {
  const reads = new Map<string, Promise<ManifestRead>>();
  return {
    description: place.description,
    read(release, file) {
      if (!FILE_NAME.test(file)) throw new Error(`Not a file name of a manifest: ${file}`);
      const key = `${formatVersion(release)}/${file}`;
      const known = reads.get(key);
      if (known) return known;
      const read = readChecked(place, release, file);
      reads.set(key, read);
      // What failed once may work the next time.
      read.catch(() => reads.delete(key));
      return read;
    },
  };
}

async function readChecked(place: ManifestPlace, release: Version, file: string): Promise<ManifestRead> {
  const version = formatVersion(release);
  const row = manifestFile(release, file);
  if (!row && manifestFiles(release).length > 0) return noSuchFile(version, file);
  if (!row && !place.isTrusted) return noDigest(version, file);
  const from = place.nameOf(version, file);
  const bytes = await place.fetch(version, file, row?.bytes ?? MAX_BYTES);
  if (!bytes) return notThere(place, from);
  if (row && createHash('sha256').update(bytes).digest('hex') !== row.sha256) throw isAnother(from, version);
  return { kind: 'text', text: decode(bytes, from), isVerified: row !== null, from };
}

function noSuchFile(version: string, file: string): ManifestRead {
  return {
    kind: 'none',
    reason: 'not-there',
    message: `Calico ${version} has no file ${file}.`,
    remedy: 'Choose a release that has the variant of this cluster.',
  };
}

function noDigest(version: string, file: string): ManifestRead {
  return {
    kind: 'none',
    reason: 'no-digest',
    message: `The catalog has no digest of ${file} of Calico ${version}: upstream's tags hold it from v3.24.0 on.`,
    remedy: `Put the file that the cluster was installed from into a directory as ${version}/${file}, and name the directory in the input manifests.`,
  };
}

function notThere(place: ManifestPlace, from: string): ManifestRead {
  return {
    kind: 'none',
    reason: 'not-there',
    message: `There is no ${from}.`,
    remedy: place.isTrusted
      ? 'Put upstream’s file there, unchanged.'
      : 'Copy upstream’s file there, unchanged, or leave the input manifests empty to read from upstream.',
  };
}

function isAnother(from: string, version: string): EnvironmentError {
  return new EnvironmentError(
    `${from} is not upstream's file of Calico ${version}: its sha256 is not the one in the catalog.`,
    'Put upstream’s file there, unchanged: your own changes are read off the cluster.',
  );
}

/** That a file is too large to be upstream's. */
export function tooLarge(from: string, maxBytes: number): EnvironmentError {
  return new EnvironmentError(
    `${from} is larger than upstream's file (${maxBytes} bytes).`,
    'Put upstream’s file there, unchanged: your own changes are read off the cluster.',
  );
}

function decode(bytes: Uint8Array, from: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EnvironmentError(`${from} is no UTF-8 text.`, 'Put upstream’s file there, unchanged.', {
      cause,
    });
  }
}
