import { compareVersions, formatMinor, formatVersion, type Version } from '../version/version.js';
import { catalog, operatorByVersion, operatorsByCalico, releasesByMinor, testedByMinor } from './catalog.js';
import { conditionHolds, releaseOf } from './recommend.js';
import { byVersion, isNoRelease, plain, reached, versionOf } from './release-lines.js';
import type { CalicoRelease, CatalogMeta, Caveat, InstallObject, SecurityNote, Uses } from './types.js';

/*
 * The catalog's query API. Versions go in as `Version` objects and come out as the texts that rows write (`v3.26.1`,
 * `v1.29`); `versionOf` turns the one into the other. What has no answer is null or empty; nothing else throws.
 */
export {
  calicoMinorsFor,
  conditionHolds,
  minimumCalico,
  recommendedCalico,
  releaseOf,
  safePatchAfter,
  trapsOf,
} from './recommend.js';
export { versionOf } from './release-lines.js';
export { sourceUrl } from './source-url.js';
export { supportOf } from './support.js';

/** Day up to which upstream was read (ISO date): what is newer is not in the catalog. */
export function catalogDate(): string {
  return catalog.meta.generated;
}

/** The upstream commits that the catalog was made from. */
export function catalogSources(): CatalogMeta['from'] {
  return catalog.meta.from;
}

/** Releases of a Calico minor, oldest first, whether sound or not; empty for minors without release rows. */
export function releasesOf(calico: Version): readonly CalicoRelease[] {
  return releasesByMinor.get(formatMinor(calico)) ?? [];
}

/** Calico minors that the catalog has releases of, oldest first. */
export function calicoMinors(): string[] {
  return [...releasesByMinor.keys()].sort(byVersion);
}

/** Kubernetes minors that upstream tests a Calico minor with, oldest first; empty where nothing is stated. */
export function kubernetesFor(calico: Version): readonly string[] {
  return testedByMinor.get(formatMinor(calico))?.kubernetes ?? [];
}

/** The Calico release that an operator installs; null for operators that the catalog does not know. */
export function calicoOfOperator(operator: Version): string | null {
  return isNoRelease(operator) ? null : (operatorByVersion.get(formatVersion(operator))?.calico ?? null);
}

/** Every operator that installs a release, oldest first. */
export function operatorsOf(calico: Version): string[] {
  if (isNoRelease(calico)) return [];
  return (operatorsByCalico.get(formatVersion(calico)) ?? []).map((row) => row.version);
}

/** The operator that belongs to a release; null where none installs it or the release is not known. */
export function operatorFor(calico: Version): string | null {
  return releaseOf(calico)?.operator ?? null;
}

/** Calico minors that upstream supports, newest first. @see CatalogMeta.supportPolicy for where it says so */
export function supportedMinors(): string[] {
  const announced = calicoMinors().filter((minor) =>
    releasesByMinor.get(minor)?.some((release) => release.announced),
  );
  return announced.reverse().slice(0, catalog.meta.supportPolicy.newestMinors);
}

/** Processors that upstream makes images for, as nodes name them, and where it says so. */
export function architectures(): CatalogMeta['architectures'] {
  return catalog.meta.architectures;
}

/** Whether upstream still supports a Calico minor; newer ones than the catalog knows count as supported. */
export function isSupportedMinor(calico: Version): boolean {
  const oldest = supportedMinors().at(-1);
  return oldest !== undefined && byVersion(formatMinor(calico), oldest) >= 0;
}

/** Published vulnerabilities that a release has, whether or not a newer patch of its minor fixes them. */
export function securityNotesOf(calico: Version): SecurityNote[] {
  if (calico.patch === null || isNoRelease(calico)) return [];
  return catalog.security.filter((note) => !reached(note.fixedIn, plain(calico)));
}

/**
 * What changes between two versions: for an upgrade what `to` has and `from` has not, for a rollback the other way
 * round. What matters whatever is crossed comes first, the rest oldest first.
 */
export function caveatsBetween(from: Version, to: Version, direction: Caveat['direction']): Caveat[] {
  const [without, having] = direction === 'upgrade' ? [from, to] : [to, from];
  return catalog.caveats.filter(
    (caveat) =>
      caveat.direction === direction &&
      (hasChange(caveat, having) ?? true) &&
      !(hasChange(caveat, without) ?? false),
  );
}

/** Releases that have to run on every node on the way up between two versions, oldest first. */
export function requiredStops(from: Version, to: Version, uses: Uses = {}): string[] {
  const stops = caveatsBetween(from, to, 'upgrade').flatMap((caveat) =>
    caveat.stopAt !== null && conditionHolds(caveat.condition, uses) ? [caveat.stopAt] : [],
  );
  return [...new Set(stops)]
    .filter((stop) => compareVersions(plain(from), versionOf(stop)) < 0)
    .sort(byVersion);
}

/** The objects that upstream's install files create, by kind and name. */
export function installObjects(): readonly InstallObject[] {
  return catalog.installObjects;
}

/**
 * Whether a version has the change that a caveat is about; null where the caveat is about no release. A minor stands
 * for its first release.
 */
function hasChange(caveat: Caveat, version: Version): boolean | null {
  if (caveat.release === null) return null;
  const numbers = plain({ ...version, patch: version.patch ?? 0 });
  if (caveat.until !== null && compareVersions(numbers, versionOf(caveat.until)) > 0) return false;
  return reached([caveat.release, ...caveat.alsoIn], numbers);
}
