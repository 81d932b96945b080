import { compareVersions, formatMinor, formatVersion, type Version } from '../version/version.js';
import { catalog, releaseByVersion, releasesByMinor } from './catalog.js';
import { byVersion, isNoRelease, versionOf } from './release-lines.js';
import { supportOf } from './support.js';
import type { CalicoRelease, Caveat, Trap, Uses } from './types.js';

/** The traps that a release is, given what is in use. Empty for versions that are no release of the catalog. */
export function trapsOf(calico: Version, uses: Uses = {}): Trap[] {
  if (isNoRelease(calico)) return [];
  const version = formatVersion(calico);
  return catalog.traps.filter(
    (trap) => trap.releases.includes(version) && conditionHolds(trap.condition, uses),
  );
}

/** Whether a trap's or caveat's condition may hold; conditions that {@link Uses} says nothing of may. */
export function conditionHolds(condition: Caveat['condition'], uses: Uses): boolean {
  switch (condition) {
    case 'manifest':
      return uses.install !== 'operator';
    case 'operator':
    case 'helm':
    case 'image-set':
      return uses.install !== 'manifest';
    case 'ebpf':
      return uses.ebpf === true;
    case 'application-layer-policy':
      return uses.applicationLayerPolicy === true;
    case 'any':
    case 'gateway':
    case 'admin-network-policy':
    case 'etcd':
      return true;
  }
}

/** Calico minors that upstream tests with a Kubernetes minor, oldest first: `['v3.28', …]`. */
export function calicoMinorsFor(kubernetes: Version): string[] {
  const minor = formatMinor(kubernetes);
  return catalog.testedKubernetes
    .filter((row) => row.kubernetes.includes(minor))
    .map((row) => row.calico)
    .sort(byVersion);
}

/**
 * The release to run on a Kubernetes minor: the newest patch of the newest Calico minor that upstream tests with it,
 * announced, with an operator of its own, and no trap. Null where there is none.
 */
export function recommendedCalico(kubernetes: Version, uses: Uses = {}): CalicoRelease | null {
  for (const minor of calicoMinorsFor(kubernetes).reverse()) {
    const release = soundReleases(minor, uses).findLast((candidate) => isTested(kubernetes, candidate, uses));
    if (release) return release;
  }
  return null;
}

/** The oldest release that {@link recommendedCalico} could name: older ones are not tested, or are traps. */
export function minimumCalico(kubernetes: Version, uses: Uses = {}): CalicoRelease | null {
  for (const minor of calicoMinorsFor(kubernetes)) {
    const release = soundReleases(minor, uses).find((candidate) => isTested(kubernetes, candidate, uses));
    if (release) return release;
  }
  return null;
}

/** The newest patch of the same minor that is newer than a version and no trap; null where there is none. */
export function safePatchAfter(calico: Version, uses: Uses = {}): CalicoRelease | null {
  const newer = soundReleases(formatMinor(calico), uses).filter(
    (release) => compareVersions(versionOf(release.version), calico) > 0,
  );
  return newer.at(-1) ?? null;
}

/** The release row of a version; null for a minor, a build that is no release, and what the catalog does not know. */
export function releaseOf(calico: Version): CalicoRelease | null {
  return isNoRelease(calico) ? null : (releaseByVersion.get(formatVersion(calico)) ?? null);
}

/** Announced releases of a minor that have an operator and are no trap, oldest first. */
function soundReleases(minor: string, uses: Uses): CalicoRelease[] {
  return (releasesByMinor.get(minor) ?? []).filter(
    (release) =>
      release.announced &&
      release.operator !== null &&
      trapsOf(versionOf(release.version), uses).length === 0,
  );
}

function isTested(kubernetes: Version, release: CalicoRelease, uses: Uses): boolean {
  return supportOf(kubernetes, versionOf(release.version), uses.install ?? null).support === 'tested';
}
