import type { InstallObject } from '../../src/catalog/types.js';
import { OBJECT_FILES, type FoundObject, type ReleaseObjects } from './read-objects.js';

const CALICO = 'projectcalico/calico';
/** The API server stores no annotation above this: client-side apply keeps the whole object in one. */
const CLIENT_SIDE_APPLY_LIMIT_BYTES = 262_144;
const OPERATOR_TEMPLATES = '/tigera-operator/templates/';

interface Sighting {
  readonly kind: string;
  readonly name: string;
  readonly files: readonly string[];
  readonly path: string;
  readonly sizeBytes: number;
}

/** When each object of the install came and went, by kind and name. */
export function deriveInstallObjects(releases: readonly ReleaseObjects[]): InstallObject[] {
  const ready = releases.find(({ objects }) => objects.some(({ file }) => file !== null));
  const known = ready ? sightingsOf(ready) : new Map<string, Sighting>();
  const rows = new Map<string, InstallObject>();
  for (const release of releases) {
    const previous = new Set(rows.keys());
    for (const [key, sighting] of release === ready ? known : sightingsOf(release, known)) {
      rows.set(key, extend(rows.get(key), sighting, release));
      previous.delete(key);
    }
    for (const key of previous) rows.set(key, end(rows.get(key), release.release, releases));
  }
  return [...rows.values()].sort((a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name));
}

/** What a release creates; in templates, objects with an open name count where a later release has such an object. */
function sightingsOf(release: ReleaseObjects, known?: ReadonlyMap<string, Sighting>): Map<string, Sighting> {
  const found = new Map<string, Sighting>();
  for (const object of release.objects)
    add(found, object, object.file === null ? knownFiles(object, known) : [object.file]);
  const exactFirst = [...release.templates].sort((a, b) => Number(a.name === null) - Number(b.name === null));
  for (const template of exactFirst) {
    for (const sighting of known?.values() ?? []) {
      if (template.kind !== sighting.kind || !template.matches(sighting.name)) continue;
      add(found, { ...sighting, path: template.path }, sighting.files);
    }
    if (template.name !== null && !template.isOptional && template.path.includes(OPERATOR_TEMPLATES)) {
      add(found, { kind: template.kind, name: template.name, path: template.path, sizeBytes: 0 }, [
        'tigera-operator.yaml',
      ]);
    }
  }
  return found;
}

function add(
  found: Map<string, Sighting>,
  object: Omit<FoundObject, 'file'>,
  files: readonly string[],
): void {
  const key = keyOf(object);
  const earlier = found.get(key);
  found.set(key, {
    kind: object.kind,
    name: object.name,
    path: earlier?.path ?? object.path,
    files: [...(earlier?.files ?? []), ...files],
    sizeBytes: Math.max(earlier?.sizeBytes ?? 0, object.sizeBytes),
  });
}

function knownFiles(object: FoundObject, known?: ReadonlyMap<string, Sighting>): readonly string[] {
  return known?.get(keyOf(object))?.files ?? [];
}

function extend(row: InstallObject | undefined, sighting: Sighting, release: ReleaseObjects): InstallObject {
  const tooLarge = sighting.sizeBytes > CLIENT_SIDE_APPLY_LIMIT_BYTES ? release.release : null;
  const files = new Set([...(row?.files ?? []), ...sighting.files]);
  return {
    kind: sighting.kind,
    name: sighting.name,
    since: row?.since ?? release.release,
    until: null,
    files: OBJECT_FILES.filter((file) => files.has(file)),
    tooLargeSince: row?.tooLargeSince ?? tooLarge,
    source: row?.source ?? `${CALICO}@${release.release}:${sighting.path}`,
    date: row?.date ?? release.date,
  };
}

function end(
  row: InstallObject | undefined,
  release: string,
  releases: readonly ReleaseObjects[],
): InstallObject {
  if (!row) throw new Error(`no row ends at ${release}`);
  if (row.until !== null) return row;
  const at = releases.findIndex((candidate) => candidate.release === release);
  return { ...row, until: releases[at - 1]?.release ?? row.since };
}

function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
