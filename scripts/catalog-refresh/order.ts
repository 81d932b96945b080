import { compareVersions, parseVersion, type Version } from '../../src/version/version.js';
import { RefreshError } from './errors.js';

/**
 * The version that a tag or a title of upstream's names.
 * @throws RefreshError where it is none
 */
export function versionOf(text: string): Version {
  const version = parseVersion(text);
  if (version) return version;
  throw new RefreshError(
    `“${text}” is not a version.`,
    'Upstream changed how it writes versions: adapt the parser.',
  );
}

/** Orders version texts by number. */
export function byVersion(a: string, b: string): number {
  return compareVersions(versionOf(a), versionOf(b));
}

/** `v3.26` of `v3.26.1`. */
export function minorOf(text: string): string {
  const { major, minor } = versionOf(text);
  return `v${major}.${minor}`;
}
