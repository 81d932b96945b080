import { isTaskRunner } from './cluster-name.js';
import type { Grouping } from './grouping.js';
import type { ReferenceGraph } from './references.js';
import type { ScopeInput } from './scope-input.js';
import { hasBothSides, type Unit, unitKey } from './unit.js';

/**
 * Makes clusters of files that nothing refers to and that, with all they refer to, hold both sides of a pair: a script
 * that makes a kind cluster and applies a manifest, a test's configuration. A role is only ever a part of a playbook.
 */
export function groupByEntryPoint(input: ScopeInput, graph: ReferenceGraph, grouping: Grouping): void {
  const named = new Set(grouping.all().flatMap((group) => [...group.files]));
  const seen = new Set<string>();
  // What a script makes is a cluster of its own; what it leaves over can be the task runner's
  const files = input.files.toSorted((a, b) => Number(isTaskRunner(a.path)) - Number(isTaskRunner(b.path)));
  let free = grouping.free();
  for (const { path, references } of files) {
    if (isTaskRunner(path)) free = grouping.free();
    if (references.length === 0 || named.has(path) || graph.isNamed(path) || /(?:^|\/)roles\//.test(path))
      continue;
    const reached = graph.reach(path);
    const others = free.filter((unit) => reached.has(unit.path));
    if (others.length === 0) continue;
    const own = free.filter((unit) => unit.path === path);
    // Two scripts that work on the same files work on one cluster
    const key = others.map(unitKey).join('\n');
    if (own.length === 0 && !seen.has(key)) groupTogether(path, others, grouping);
    if (own.length === 0) seen.add(key);
    for (const unit of own)
      if (!hasBothSides([unit])) groupTogether(unitKey(unit), [unit, ...others], grouping);
  }
}

function groupTogether(key: string, units: readonly Unit[], grouping: Grouping): void {
  if (!hasBothSides(units)) return;
  for (const unit of units) grouping.add(grouping.at(key), unit);
}
