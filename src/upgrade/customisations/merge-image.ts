import { compareVersions, parseVersion } from '../../version/version.js';
import { isSame } from './differences.js';
import { type ImageReference, movedRepository, parseImage } from './image-reference.js';
import { BOTH_CHANGED, type Merging, SAYS_THE_SAME, type Site, type Versions } from './merging.js';

interface Images {
  readonly base: ImageReference;
  readonly live: ImageReference;
  readonly target: ImageReference;
}

/**
 * Merges an image: where the user takes it from is kept, the tag is the target's. A digest, or a build of one's own,
 * has to be chosen anew.
 */
export function mergeImage(merging: Merging, versions: Versions, site: Site): unknown {
  const { base, live, target } = versions;
  const same = (one: unknown, other: unknown): boolean => isSame(one, other, site.shape);
  if (isSameImage(base, live)) {
    merging.countUpstream(same(base, target) ? 0 : 1);
    return target;
  }
  const images = readImages(versions);
  if (site.gone !== null) merging.record(site, versions, 'dropped', site.gone);
  else if (same(live, target)) merging.record(site, versions, 'dropped', SAYS_THE_SAME);
  else if (images) return mergeReferences(merging, images, versions, site);
  else if (same(base, target)) {
    merging.record(site, versions, 'kept');
    return live;
  } else merging.record(site, versions, 'conflicting', BOTH_CHANGED);
  return target;
}

function mergeReferences(merging: Merging, images: Images, versions: Versions, site: Site): unknown {
  const { base, live, target } = images;
  if (base.repository === target.repository && base.tag === target.tag) {
    merging.record(site, versions, 'kept');
    return versions.live;
  }
  const repository = movedRepository(base, live, target);
  if (repository === null) {
    merging.record(
      site,
      versions,
      'conflicting',
      'It is another image than upstream’s, and upstream’s changed.',
    );
    return versions.target;
  }
  const image = `${repository}:${target.tag}`;
  const problem = problemOfPin(images);
  const isMoved = live.repository !== base.repository && repository !== target.repository;
  if (problem !== null) merging.record(site, versions, 'conflicting', problem);
  else if (live.tag !== base.tag && !isMoved) {
    merging.record(
      site,
      versions,
      'dropped',
      `The tag ${live.tag} was set by hand; the target brings ${target.tag}.`,
    );
  } else if (isMoved) merging.record(site, versions, 'kept');
  else merging.record(site, versions, 'dropped', SAYS_THE_SAME);
  return isMoved ? image : versions.target;
}

/** Why the user's tag or digest cannot simply become the target's; null where it can. */
function problemOfPin({ base, live, target }: Images): string | null {
  if (live.digest !== '') return `It is pinned by a digest: the target needs that of ${target.tag}.`;
  if (live.tag === base.tag) return null;
  const [own, next] = [parseVersion(live.tag), parseVersion(target.tag)];
  if (own?.suffix !== next?.suffix || !own || !next)
    return `The tag ${live.tag} is a build of your own: name the one for ${target.tag}.`;
  return compareVersions(own, next) > 0
    ? `The tag ${live.tag} is newer than the target’s ${target.tag}.`
    : null;
}

function readImages({ base, live, target }: Versions): Images | null {
  const images = { base: parseImage(base), live: parseImage(live), target: parseImage(target) };
  return images.base && images.live && images.target ? (images as Images) : null;
}

/** Whether both name the same image: Docker Hub may be left out. */
function isSameImage(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const [a, b] = [parseImage(one), parseImage(other)];
  return (
    a !== null && b !== null && a.repository === b.repository && a.tag === b.tag && a.digest === b.digest
  );
}
