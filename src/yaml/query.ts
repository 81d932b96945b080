import type { YamlMap, YamlNode, YamlScalar, YamlSequence } from './node.js';

/** Follows one alias; anything else is itself. */
export function resolveAlias(node: YamlNode | null | undefined): YamlNode | null {
  if (node?.kind !== 'alias') return node ?? null;
  return node.target?.kind === 'alias' ? null : node.target;
}

/** The node as a map, or null. */
export function asMap(node: YamlNode | null | undefined): YamlMap | null {
  const resolved = resolveAlias(node);
  return resolved?.kind === 'map' ? resolved : null;
}

/** The node as a scalar, or null. */
export function asScalar(node: YamlNode | null | undefined): YamlScalar | null {
  const resolved = resolveAlias(node);
  return resolved?.kind === 'scalar' ? resolved : null;
}

/** The items of a sequence; empty for anything else. */
export function itemsOf(node: YamlNode | null | undefined): readonly YamlNode[] {
  const resolved: YamlNode | YamlSequence | null = resolveAlias(node);
  return resolved?.kind === 'sequence' ? resolved.items : [];
}

/** The node at a path of keys below a node, or null where a key is missing. Of duplicate keys the last counts. */
export function at(node: YamlNode | null | undefined, ...path: readonly string[]): YamlNode | null {
  let current: YamlNode | null = node ?? null;
  for (const name of path) {
    const map = asMap(current);
    if (!map) return null;
    current = null;
    for (const { key, value } of map.entries) if (key.value === name) current = value;
  }
  return resolveAlias(current);
}

/** The scalar at a path of keys, or null. */
export function scalarAt(node: YamlNode | null | undefined, ...path: readonly string[]): YamlScalar | null {
  return asScalar(at(node, ...path));
}

/** The text of the scalar at a path of keys; empty where there is none. */
export function textAt(node: YamlNode | null | undefined, ...path: readonly string[]): string {
  return scalarAt(node, ...path)?.value ?? '';
}

/** A node on the way down from a root, with the keys that lead to it (sequence items add none). */
export interface Visit {
  readonly node: YamlNode;
  readonly keys: readonly string[];
  readonly parent: YamlMap | YamlSequence | null;
}

/** Visits every node below and including the root, parents first. Aliases are visited, not followed. */
export function* walk(root: YamlNode): Generator<Visit> {
  const stack: Visit[] = [{ node: root, keys: [], parent: null }];
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    yield visit;
    const { node, keys } = visit;
    if (node.kind === 'map') {
      for (const { key, value } of node.entries.toReversed())
        stack.push({ node: value, keys: [...keys, key.value], parent: node });
    } else if (node.kind === 'sequence') {
      for (const item of node.items.toReversed()) stack.push({ node: item, keys, parent: node });
    }
  }
}
