/** An image reference taken apart. */
export interface ImageReference {
  /** `quay.io/calico/node`; Docker Hub's host is always written out. */
  readonly repository: string;
  /** `calico/node`: the repository without its host. */
  readonly path: string;
  /** Empty where there is none. */
  readonly tag: string;
  /** `sha256:…`; empty where there is none. */
  readonly digest: string;
}

const HUB = 'docker.io';
const HUB_NAMES = new Set([HUB, 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/** Reads `docker.io/calico/node:v3.28.2`, `calico/node`, `registry:5000/node@sha256:…`; null for anything else. */
export function parseImage(text: unknown): ImageReference | null {
  if (typeof text !== 'string') return null;
  const [named = '', digest = ''] = text.trim().split('@');
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const name = hasTag ? named.slice(0, colon) : named;
  if (!/^[\w.-]+(?::\d+)?(?:\/[\w.-]+)*$/.test(name)) return null;
  const [first = '', ...rest] = name.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const host = hasHost && !HUB_NAMES.has(first) ? first : HUB;
  const path = hasHost ? rest.join('/') : name;
  return { repository: `${host}/${path}`, path, tag: hasTag ? named.slice(colon + 1) : '', digest };
}

/**
 * Where the target's image lies in the place that `live` was taken from, given upstream's image that it took the place
 * of; null where that cannot be told.
 */
export function movedRepository(
  base: ImageReference,
  live: ImageReference,
  target: ImageReference,
): string | null {
  if (live.repository === base.repository) return target.repository;
  if (target.path === base.path) return live.repository;
  if (live.repository.endsWith(`/${base.path}`)) {
    return `${live.repository.slice(0, -base.path.length)}${target.path}`;
  }
  return lastPart(target.path) === lastPart(base.path) ? live.repository : null;
}

/** What stands before upstream's path in a private copy: `registry.local/mirror`; null where the copy has another path. */
export function registryOf(base: ImageReference, live: ImageReference): string | null {
  if (live.repository === base.repository || !live.repository.endsWith(`/${base.path}`)) return null;
  return live.repository.slice(0, -base.path.length - 1);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
