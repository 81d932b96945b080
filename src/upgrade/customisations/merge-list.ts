import { isSame, isSameButImages } from './differences.js';
import { joinItem } from './field-path.js';
import { type Item, itemsOf, renameItems } from './items.js';
import { BOTH_CHANGED, type Merging, SAYS_THE_SAME, type Site, type Versions } from './merging.js';
import type { ListShape } from './shape.js';

type ListSite = Site & { readonly shape: ListShape };
type Items = ReadonlyMap<string, Item>;

/**
 * Merges a list whose items have names, item by item. The target's order stays; what the user added stands behind what
 * it stood behind. Null where the items of a version have no names, or none of their own.
 */
export function mergeList(
  merging: Merging,
  versions: Versions,
  site: ListSite,
): { readonly merged: readonly unknown[] | undefined } | null {
  const { shape } = site;
  const [base, live, target] = [versions.base, versions.live, versions.target].map((list) =>
    itemsOf(list, shape),
  );
  if (!base || !live || !target) return null;
  const named = {
    base: renameItems(base, target, shape),
    live: renameItems(live, target, shape),
    target,
  };
  const merged = new Map<string, unknown>();
  for (const id of new Set([...target.keys(), ...named.live.keys(), ...named.base.keys()])) {
    const value = mergeItem(merging, named, id, site);
    if (value !== undefined) merged.set(id, value);
  }
  if (versions.target === undefined && merged.size === 0) return { merged: undefined };
  return { merged: inOrder(merged, [...target.keys()], [...named.live.keys()]) };
}

interface NamedItems {
  readonly base: Items;
  readonly live: Items;
  readonly target: Items;
}

/** What the target gets for an item; undefined for nothing. */
function mergeItem(merging: Merging, items: NamedItems, id: string, site: ListSite): unknown {
  const [base, live, target] = [items.base.get(id), items.live.get(id), items.target.get(id)];
  const versions = { base: base?.value, live: live?.value, target: target?.value };
  const keys = (live ?? base ?? target)?.keys ?? {};
  const at: Site = { ...site, path: joinItem(site.path, keys), name: '', shape: site.shape.item };
  if (!live && base) return mergeRemoved(merging, versions, at);
  if (!live) {
    merging.countUpstream(1);
    return versions.target;
  }
  if (base && !target) {
    const gone = site.gone ?? `The target no longer has ${at.path}.`;
    merging.mergeAt(versions, { ...at, gone });
    return undefined;
  }
  if (base) return merging.mergeAt(versions, at);
  if (!target) return mergeAdded(merging, versions, at);
  if (!isSame(versions.live, versions.target, at.shape)) {
    return merging.mergeAt({ ...versions, base: keysOf(versions.live, site.shape) }, at);
  }
  merging.record(at, versions, 'dropped', SAYS_THE_SAME);
  return versions.target;
}

function mergeAdded(merging: Merging, versions: Versions, at: Site): unknown {
  if (at.gone !== null) {
    merging.record(at, versions, 'dropped', at.gone);
    return undefined;
  }
  merging.record(at, versions, 'kept');
  return versions.live;
}

/** The image's tag changes with every release: that is no reason to bring back what the user took out. */
function mergeRemoved(merging: Merging, versions: Versions, at: Site): unknown {
  if (versions.target === undefined) {
    merging.record(at, versions, 'dropped', at.gone ?? SAYS_THE_SAME);
    return undefined;
  }
  if (isSameButImages(versions.base, versions.target, at.shape)) {
    merging.record(at, versions, 'kept');
    return undefined;
  }
  merging.record(at, versions, 'conflicting', BOTH_CHANGED);
  return versions.target;
}

/** An item with its name alone: what both sides gave it is then compared field by field. */
function keysOf(item: unknown, shape: ListShape): unknown {
  const fields = item as Readonly<Record<string, unknown>>;
  return Object.fromEntries(shape.keys.map((key) => [key, fields[key]]));
}

/** Items in the target's order, with the others behind the one that they follow in the cluster. */
function inOrder(
  items: ReadonlyMap<string, unknown>,
  target: readonly string[],
  live: readonly string[],
): unknown[] {
  const order = target.filter((id) => items.has(id));
  let previous: string | null = null;
  for (const id of live) {
    if (!items.has(id)) continue;
    if (!order.includes(id)) order.splice(previous === null ? 0 : order.indexOf(previous) + 1, 0, id);
    previous = id;
  }
  return order.map((id) => items.get(id));
}
