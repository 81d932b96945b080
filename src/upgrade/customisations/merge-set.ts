import { joinElement } from './field-path.js';
import { elementsOf } from './items.js';
import { type Merging, SAYS_THE_SAME, type Site, type Versions } from './merging.js';
import type { SetShape } from './shape.js';

/** Merges a list without order: each element is there or not. */
export function mergeSet(
  merging: Merging,
  versions: Versions,
  site: Site & { readonly shape: SetShape },
): unknown {
  const { shape, gone } = site;
  const [base, live, target] = [versions.base, versions.live, versions.target].map((list) =>
    elementsOf(list, shape),
  );
  if (!base || !live || !target) return versions.target;
  const merged = new Map(target);
  for (const key of new Set([...live.keys(), ...base.keys(), ...target.keys()])) {
    const at = { base: base.get(key), live: live.get(key), target: target.get(key) };
    const [inBase, inLive, inTarget] = [base.has(key), live.has(key), target.has(key)];
    if (inBase === inLive) {
      merging.countUpstream(inBase === inTarget ? 0 : 1);
      continue;
    }
    const element = { ...site, path: joinElement(site.path, at.live ?? at.base) };
    if (gone !== null) merging.record(element, at, 'dropped', gone);
    else if (inLive === inTarget) merging.record(element, at, 'dropped', SAYS_THE_SAME);
    else {
      merging.record(element, at, 'kept');
      if (inLive) merged.set(key, at.live);
      else merged.delete(key);
    }
  }
  return versions.target === undefined && merged.size === 0 ? undefined : [...merged.values()];
}
