import { classifyRepository } from '../../version/image.js';
import { formatVersion, parseVersion, type Version } from '../../version/version.js';

const ARCHITECTURE = /-(?:amd64|arm64|arm|armv7|ppc64le|s390x|fips)$/;

/** The parts of an image reference: `quay.io/calico/node`, `v3.31.7`, `sha256:…`; tag and digest are empty where there is none. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

export function parseImage(image: string): ImageReference {
  const [named = '', digest = ''] = image.split('@', 2);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  return {
    repository: hasTag ? named.slice(0, colon) : named,
    tag: hasTag ? named.slice(colon + 1) : '',
    digest,
  };
}

/** The version that an image's tag is; null for a digest alone, or a tag that is no version (`latest`, `my-build`). */
export function versionOfImage(image: string): Version | null {
  return parseVersion(withoutBuild(parseImage(image).tag));
}

/** A tag without the architecture, or the kind of build, that it ends with: `v3.31.7` for `v3.31.7-fips`. */
export function withoutBuild(tag: string): string {
  return tag.replace(ARCHITECTURE, '');
}

/** Whether the image is one of Calico's, by the name of its repository, whatever the registry. */
export function isCalicoImage(image: string): boolean {
  return classifyRepository(parseImage(image).repository)?.component === 'calico';
}

/** Whether the image is the Tigera operator's, whatever the registry. */
export function isOperatorImage(image: string): boolean {
  return classifyRepository(parseImage(image).repository)?.component === 'tigera-operator';
}

/** Whether two versions are the same release: builds of it (`-build20241016`, `-amd64`) do not count as others. */
export function isSameRelease(one: Version, other: Version): boolean {
  return releaseName(one) === releaseName(other);
}

/** `v3.28.2`; with its suffix where that makes it no release (`v3.30.0-rc.1`). */
export function releaseName(version: Version): string {
  const isBefore = /^[-~](?:\d+\.|alpha|beta|rc|pre|dev|master)/i.test(version.suffix);
  return isBefore ? `${formatVersion(version)}${version.suffix}` : formatVersion(version);
}
