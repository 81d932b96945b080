import { gunzipSync } from 'node:zlib';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { HelmRelease } from '../calico-state.js';
import { asFields, type Fields, fieldsAt, numberAt, textAt } from '../fields.js';
import { renderedObjects } from './rendered-objects.js';

/** A release of the operator's chart with its definitions is about 4 MB; what unpacks to more is none. */
const MOST_BYTES = 48 * 1024 * 1024;
const GZIP = [0x1f, 0x8b, 0x08];

/** Why a Secret is no release that can be read. */
export interface UndecodedRelease {
  readonly problem: string;
}

/**
 * Decodes a release as Helm 3 stores it in a Secret: JSON, gzipped, in base64, and that in base64 as all data of
 * Secrets. Nothing else of the Secret is kept. Never throws.
 * @see https://github.com/helm/helm/blob/v3.17.0/pkg/storage/driver/util.go
 */
export function decodeHelmRelease(secret: KubernetesObject): HelmRelease | UndecodedRelease {
  const stored = textAt(secret, 'data', 'release');
  if (stored === '') return { problem: 'it holds no release' };
  const unpacked = unpack(Buffer.from(Buffer.from(stored, 'base64').toString('latin1'), 'base64'));
  if (!unpacked) return { problem: `it does not unpack to less than ${MOST_BYTES} bytes` };
  const release = parse(unpacked);
  return release ? readRelease(release, secret) : { problem: 'it is not JSON' };
}

function unpack(bytes: Buffer): Buffer | null {
  // Releases of the first versions of Helm 3 are not packed
  if (!GZIP.every((byte, index) => bytes[index] === byte)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch {
    return null;
  }
}

function parse(bytes: Buffer): Fields | null {
  try {
    return asFields(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

function readRelease(release: Fields, secret: KubernetesObject): HelmRelease {
  const manifest = textAt(release, 'manifest');
  const metadata = fieldsAt(release, 'chart', 'metadata');
  return {
    name: textAt(release, 'name'),
    namespace: textAt(release, 'namespace') || (secret.metadata.namespace ?? ''),
    chart: textAt(metadata, 'name'),
    chartVersion: textAt(metadata, 'version'),
    revision: numberAt(release, 'version') ?? 0,
    status: textAt(release, 'info', 'status'),
    values: fieldsAt(release, 'config'),
    objects: renderedObjects(manifest),
    ...(textAt(release, 'apply_method') === 'ssa' ? { isServerSide: true } : {}),
    apiVersions: kindsOf(manifest),
  };
}

/** Kinds of the rendered manifest, each once. Helm writes `apiVersion` and `kind` at the start of a line. */
function kindsOf(manifest: string): HelmRelease['apiVersions'] {
  const found = new Map<string, HelmRelease['apiVersions'][number]>();
  for (const document of manifest.split(/^---/m)) {
    const apiVersion = fieldOf(document, /^apiVersion:[ \t]*["']?([\w./-]+)/m);
    const kind = fieldOf(document, /^kind:[ \t]*["']?(\w+)/m);
    if (apiVersion !== '' && kind !== '') found.set(`${apiVersion} ${kind}`, { apiVersion, kind });
  }
  return [...found.values()];
}

function fieldOf(document: string, pattern: RegExp): string {
  return pattern.exec(document)?.[1] ?? '';
}

/** The Secret of a release with the highest revision, and the one that is deployed; names and labels are enough. */
export function chooseReleaseSecrets(secrets: readonly KubernetesObject[]): {
  readonly latest: KubernetesObject | null;
  readonly deployed: KubernetesObject | null;
} {
  const ordered = [...secrets].sort((a, b) => revisionOf(b) - revisionOf(a));
  const deployed = ordered.find(({ metadata }) => metadata.labels?.['status'] === 'deployed');
  return { latest: ordered[0] ?? null, deployed: deployed ?? null };
}

function revisionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.labels?.['version'] ?? /\.v(\d+)$/.exec(metadata.name)?.[1] ?? 0);
}
