import { isAbsent } from './absent.js';
import { parseData, renderData } from './data-text.js';
import { countDifferences, isSame } from './differences.js';
import { joinField } from './field-path.js';
import { asFields, isFields, type Fields, namesOf } from '../../cluster/fields.js';
import { mergeImage } from './merge-image.js';
import { mergeList } from './merge-list.js';
import { mergeRules } from './merge-rules.js';
import { mergeSet } from './merge-set.js';
import {
  BOTH_CHANGED,
  type Merging,
  NO_LONGER_THERE,
  SAYS_THE_SAME,
  type Site,
  type Versions,
} from './merging.js';
import { DATA_SHAPE } from './shapes/data.js';
import { type ListShape, type MapShape, type Shape, shapeOfField } from './shape.js';

/** Merges a field and all that is below it. What the user did not change is as the target has it, letter by letter. */
export function mergeNode(merging: Merging, versions: Versions, site: Site): unknown {
  const { base, live, target } = versions;
  const { shape, name } = site;
  if (shape.kind === 'image') return mergeImage(merging, versions, site);
  if (isSame(base, live, shape, name)) {
    merging.countUpstream(countDifferences(base, target, shape, name));
    return target;
  }
  switch (shape.kind) {
    case 'rules':
      return mergeRules(merging, versions, site);
    case 'set':
      return mergeSet(merging, versions, { ...site, shape });
    case 'list':
      return mergeNamed(merging, versions, { ...site, shape });
    case 'data':
      return mergeData(merging, versions, site);
    case 'free':
    case 'map':
      if (areMaps(versions) && !(shape.kind === 'map' && isOtherKind(versions, shape))) {
        return mergeMap(merging, versions, site);
      }
      return mergeLeaf(merging, versions, site);
    case 'atomic':
    case 'quantity':
      return mergeLeaf(merging, versions, site);
  }
}

function mergeNamed(
  merging: Merging,
  versions: Versions,
  site: Site & { readonly shape: ListShape },
): unknown {
  const list = mergeList(merging, versions, site);
  return list ? list.merged : mergeLeaf(merging, versions, site);
}

/** Merges what is changed as a whole. */
function mergeLeaf(merging: Merging, versions: Versions, site: Site): unknown {
  const { base, live, target } = versions;
  const { shape, name, gone } = site;
  if (gone !== null) merging.record(site, versions, 'dropped', gone);
  else if (isSame(live, target, shape, name)) merging.record(site, versions, 'dropped', SAYS_THE_SAME);
  else if (isSame(base, target, shape, name)) {
    merging.record(site, versions, 'kept');
    return live;
  } else if (isAbsent(target, shape, name)) merging.record(site, versions, 'dropped', NO_LONGER_THERE);
  else merging.record(site, versions, 'conflicting', BOTH_CHANGED);
  return target;
}

function mergeMap(merging: Merging, versions: Versions, site: Site): Fields | undefined {
  const [base, live, target] = [asFields(versions.base), asFields(versions.live), asFields(versions.target)];
  const merged: Record<string, unknown> = {};
  const gone =
    site.gone ??
    (base && !target && isAlternative(site.shape) ? `The target no longer has ${site.path}.` : null);
  for (const name of namesOf(target, live, base)) {
    const value = merging.mergeAt(
      { base: base?.[name], live: live?.[name], target: target?.[name] },
      { path: joinField(site.path, name), name, shape: shapeOfField(site.shape, name), gone },
    );
    if (value !== undefined) merged[name] = value;
  }
  return !target && Object.keys(merged).length === 0 ? undefined : merged;
}

/** Whether a map is nothing without what upstream put into it: a probe without a handler, a volume without a source. */
function isAlternative(shape: Shape): boolean {
  return shape.kind === 'map' && shape.oneOf !== undefined;
}

/** Whether the cluster has a map to go into, and upstream one to compare it with. */
function areMaps({ base, live, target }: Versions): boolean {
  const [b, t] = [base ?? undefined, target ?? undefined];
  const isUpstreams = (b === undefined || isFields(b)) && (t === undefined || isFields(t));
  return isFields(live) && isUpstreams && (b !== undefined || t !== undefined);
}

/** Whether the versions of a map exclude each other: a value and a reference, a file and a Secret. */
function isOtherKind({ base, live, target }: Versions, shape: MapShape): boolean {
  const maps = [base, live, target].filter(isFields);
  const kinds = maps.map((map) => {
    if (shape.by !== undefined) return kindOf(map, shape, shape.by);
    return (shape.oneOf ?? []).filter((name) => !isAbsent(map[name], shapeOfField(shape, name), name)).join();
  });
  return new Set(kinds.filter((kind) => kind !== '')).size > 1;
}

function kindOf(map: Fields, shape: MapShape, name: string): string {
  const field = shapeOfField(shape, name);
  const standard = 'defaults' in field ? field.defaults[0] : undefined;
  return String(map[name] ?? standard);
}

function mergeData(merging: Merging, versions: Versions, site: Site): unknown {
  const [base, live, target] = [
    parseData(versions.base),
    parseData(versions.live),
    parseData(versions.target),
  ];
  const isBaseFit = base !== null || versions.base === undefined;
  if (live === null || target === null || !isBaseFit) return mergeLeaf(merging, versions, site);
  const json = { base: base ?? undefined, live, target };
  const merged = merging.mergeAt(json, { ...site, name: '', shape: DATA_SHAPE });
  if (isSame(merged, target, DATA_SHAPE)) return versions.target;
  return isSame(merged, live, DATA_SHAPE) ? versions.live : renderData(merged);
}
