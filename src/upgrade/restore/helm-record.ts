import { gunzipSync, gzipSync } from 'node:zlib';
import { asFields, type Fields, fieldsAt, textAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { BundleRelease } from '../backup/bundle-index.js';
import type { ObjectWrite } from '../engine/step.js';

/** A release of the operator's chart with its definitions is about 4 MB; what unpacks to more is none. */
const MOST_BYTES = 48 * 1024 * 1024;
/** What Helm takes for the present revision, or for one that is on its way. */
const PRESENT = /^(?:deployed|pending-)/;

/**
 * Writes that have Helm believe in the revision of a bundle, as its own rollback would note it: that revision once more,
 * as the newest one and deployed, and those before superseded, in the label and in the release alike. Null where a release
 * cannot be read. Pure.
 *
 * @param saved the Secret of the revision, as the bundle has it
 * @param live all Secrets of the release that the cluster has
 * @see https://github.com/helm/helm/blob/v3.22.0/pkg/storage/driver/secrets.go
 */
export function recordWrites(
  { name, namespace, revision }: BundleRelease,
  saved: KubernetesObject,
  live: readonly KubernetesObject[],
  now: Date,
): readonly ObjectWrite[] | null {
  const newest = Math.max(0, ...live.map(revisionOf));
  const next = Math.max(newest + 1, revision);
  const deployed = edit(saved, next, {
    status: 'deployed',
    description: `Rollback to ${revision}`,
    last_deployed: now.toISOString(),
  });
  const superseded = live
    .filter(({ metadata }) => PRESENT.test(metadata.labels?.['status'] ?? ''))
    .map((secret) => ({ secret, after: edit(secret, revisionOf(secret), { status: 'superseded' }) }));
  if (deployed === null || superseded.some(({ after }) => after === null)) return null;
  const target: KubernetesObject = {
    ...deployed,
    metadata: { name: `sh.helm.release.v1.${name}.v${next}`, namespace, labels: labelsOf(deployed) },
  };
  return [
    { kind: 'object', object: referenceOf(target), before: null, after: target },
    ...superseded.map(({ secret, after }): ObjectWrite => ({
      kind: 'object',
      object: referenceOf(secret),
      before: secret,
      after,
    })),
  ];
}

/**
 * Has Helm take a revision of a chart that was on its way when its Helm died for a failed one, as Helm itself notes one.
 * Null where it is of another chart, or no release. Pure.
 *
 * @param chart `tigera-operator-v3.31.7.tgz`
 */
export function failedWrite(pending: KubernetesObject, chart: string): ObjectWrite | null {
  const metadata = fieldsAt(unpack(textAt(pending, 'data', 'release')), 'chart', 'metadata');
  if (`${textAt(metadata, 'name')}-${textAt(metadata, 'version')}.tgz` !== chart) return null;
  const after = edit(pending, revisionOf(pending), { status: 'failed', description: 'Cut off' });
  return after && { kind: 'object', object: referenceOf(pending), before: pending, after };
}

/** Whether Helm takes a revision for one that is on its way. */
export function isPending({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.['status']?.startsWith('pending-') === true;
}

function labelsOf({ metadata }: KubernetesObject): Readonly<Record<string, string>> {
  return metadata.labels ?? {};
}

function revisionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.labels?.['version'] ?? 0);
}

/** A Secret with another revision and other facts in the release and on its labels; null where it holds no release. */
function edit(
  secret: KubernetesObject,
  version: number,
  info: Readonly<Record<string, string>> & { readonly status: string },
): KubernetesObject | null {
  const release = unpack(textAt(secret, 'data', 'release'));
  if (release === null) return null;
  const changed = { ...release, version, info: { ...fieldsAt(release, 'info'), ...info } };
  const labels = { ...labelsOf(secret), status: info.status, version: String(version) };
  return {
    ...secret,
    metadata: { ...secret.metadata, labels },
    data: { ...fieldsAt(secret, 'data'), release: pack(changed) },
  };
}

/** As Helm packs: JSON, gzipped, in base64, and that in base64 as all data of Secrets. */
function pack(release: Fields): string {
  const text = gzipSync(JSON.stringify(release), { level: 9 }).toString('base64');
  return Buffer.from(text).toString('base64');
}

function unpack(stored: string): Fields | null {
  try {
    const packed = Buffer.from(Buffer.from(stored, 'base64').toString('latin1'), 'base64');
    return asFields(JSON.parse(gunzipSync(packed, { maxOutputLength: MOST_BYTES }).toString('utf8')));
  } catch {
    return null;
  }
}
