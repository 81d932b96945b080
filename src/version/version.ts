/** A version as the files write it. `patch` is null where only a minor is named (`v1.29`, `1.29.x`). */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number | null;
  /** What follows the numbers, with its separator: `-rc.1`, `+k3s1`, `.1`; empty for a plain release. */
  readonly suffix: string;
}

/** The four things whose versions this program compares. */
export type Component = 'calico' | 'kubernetes' | 'tigera-operator' | 'calicoctl';

/** How a version looks in running text, as a regular expression's source: `v1.29`, `1.29.3-00`, `v3.26.x`. */
export const VERSION_PATTERN = String.raw`[vV]?\d{1,3}\.\d{1,3}(?:\.(?:\d{1,5}|[xX*]))?(?:[-+~.][0-9A-Za-z][0-9A-Za-z.+~_-]*)?`;

const VERSION = /^[vV]?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}|[xX*]))?((?:[-+~.][0-9A-Za-z][0-9A-Za-z.+~_-]*)?)$/;

/** Reads `v3.26.1`, `1.29`, `v1.33.3+k3s1`, `1.29.0-00`, `v3.26.x`; null for anything else. */
export function parseVersion(text: string): Version | null {
  const match = VERSION.exec(text);
  if (!match) return null;
  const patch = match[3];
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: patch === undefined || !/^\d/.test(patch) ? null : Number(patch),
    suffix: match[4] ?? '',
  };
}

/** The text up to an image's digest: `v1.29.14@sha256:…`. */
export function withoutDigest(text: string): string {
  const at = text.indexOf('@sha256:');
  return at === -1 ? text : text.slice(0, at);
}

/** `vX.Y.Z`, or `vX.Y` where there is no patch. Build suffixes are dropped, a fourth number (operator v1.36.1.1) is kept. */
export function formatVersion(version: Version): string {
  const numbers = `v${version.major}.${version.minor}`;
  if (version.patch === null) return numbers;
  const fourth = /^\.\d+/.exec(version.suffix)?.[0] ?? '';
  return `${numbers}.${version.patch}${fourth}`;
}

/** `v3.26` of v3.26.1. */
export function formatMinor(version: Pick<Version, 'major' | 'minor'>): string {
  return `v${version.major}.${version.minor}`;
}

/** Negative, zero or positive, as for `Array.sort`. A minor without a patch sorts before its patches. */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    (a.patch ?? -1) - (b.patch ?? -1) ||
    compareSuffixes(a.suffix, b.suffix)
  );
}

/** Number by number: `-rc.9` before `-rc.10`. What is no number is compared by its characters; none comes first. */
function compareSuffixes(a: string, b: string): number {
  if (a === b) return 0;
  const others = b.split(/(\d+)/);
  for (const [index, part] of a.split(/(\d+)/).entries()) {
    const other = others[index] ?? '';
    const difference = index % 2 === 1 && other !== '' ? Number(part) - Number(other) : 0;
    if (difference !== 0) return difference;
    if (part !== other) return part < other ? -1 : 1;
  }
  return -1;
}

/** Older Kubernetes never ran Calico: lower numbers are versions of clients, charts and API groups. */
const OLDEST_KUBERNETES_MINOR = 5;

/** Whether the numbers can be a version of the component at all: tells `calico: v3.26` from `calico: v1.4`. */
export function isPlausible(component: Component, version: Version): boolean {
  switch (component) {
    case 'kubernetes':
      return version.major === 1 && version.minor >= OLDEST_KUBERNETES_MINOR;
    case 'tigera-operator':
      return version.major === 1;
    case 'calico':
      return version.major === 3 || (version.major === 2 && version.minor <= 6);
    case 'calicoctl':
      return version.major >= 1 && version.major <= 3;
  }
}

/** Whether it is a Calico Enterprise version (`v3.18.0-2.0`), which this program does not judge. */
export function isEnterprise(version: Version): boolean {
  return version.major === 3 && /^-\d+\.\d+/.test(version.suffix);
}
