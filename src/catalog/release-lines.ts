import { compareVersions, isEnterprise, parseVersion, type Version } from '../version/version.js';

const versions = new Map<string, Version>();

/**
 * A version as the catalog's rows write it, parsed. The same text gives the same object.
 * @throws Error where the text is no version: the catalog's own texts always are
 */
export function versionOf(text: string): Version {
  const known = versions.get(text);
  if (known) return known;
  const version = parseVersion(text);
  if (!version) throw new Error(`“${text}” is not a version`);
  versions.set(text, version);
  return version;
}

/** Orders version texts of the catalog by number. */
export function byVersion(a: string, b: string): number {
  return compareVersions(versionOf(a), versionOf(b));
}

/** The numbers alone: a build suffix (`-amd64`, `+k3s1`) does not make another release. */
export function plain(version: Version): Version {
  return { ...version, suffix: /^\.\d+/.exec(version.suffix)?.[0] ?? '' };
}

/** Negative, zero or positive: orders by major and minor only. */
export function compareMinors(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor;
}

/** Whether it is a build from before or between releases (`-rc.1`, `-0.dev`, `-12-gabc1234`) or of another product. */
export function isNoRelease(version: Version): boolean {
  return (
    isEnterprise(version) || /^[-~](?:\d+\.dev|\d+-g[0-9a-f]{6,}|alpha|beta|rc|pre|dev)/i.test(version.suffix)
  );
}

/**
 * Whether a version has what was brought by `lines`, the first release of each minor that got it: its own minor
 * decides where it is listed, else it has what an older minor got.
 */
export function reached(lines: readonly string[], version: Version): boolean {
  const own = lines.find((line) => compareMinors(versionOf(line), version) === 0);
  if (own !== undefined) return compareVersions(versionOf(own), version) <= 0;
  return lines.some((line) => compareMinors(versionOf(line), version) < 0);
}
