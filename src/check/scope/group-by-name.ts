import type { ScannedFile } from '../scan.js';
import { createPathNamer, isPipeline, type NamedPath } from './cluster-name.js';
import type { Grouping } from './grouping.js';
import type { ReferenceGraph } from './references.js';
import type { ScopeInput } from './scope-input.js';

/** Puts units into the clusters that the policy, their path or their destination names. */
export function groupByName(input: ScopeInput, grouping: Grouping): void {
  const nameOf = createNamer(input);
  for (const path of [...input.paths, ...input.links.map((link) => link.path)]) {
    const named = nameOf(path);
    if (named) grouping.named(named.name).files.add(path);
  }
  const destinations = new Map(input.files.map((file) => [file.path, destinationOf(file)]));
  for (const unit of grouping.free()) {
    const named = nameOf(unit.path);
    const destination = destinations.get(unit.path);
    if (named) grouping.add(grouping.named(named.name), unit, named.root);
    else if (destination) grouping.add(grouping.named(destination), unit);
  }
}

function createNamer(input: ScopeInput): (path: string) => NamedPath | null {
  const byPath = createPathNamer(input.paths);
  return (path) => {
    const mapped = input.clusters.find(({ matches }) => matches(path));
    if (mapped) return { name: mapped.name, root: path };
    return isPipeline(path) ? null : byPath(path);
  };
}

/** The one cluster that the Argo CD applications of a file go to. */
function destinationOf(file: ScannedFile): string | null {
  const names = file.facts.flatMap((fact) => (fact.kind === 'cluster-name' ? [fact.name] : []));
  return file.found.some(({ format }) => format === 'argocd') && names.length === 1
    ? (names[0] ?? null)
    : null;
}

/** Gives free units to every named cluster whose files refer to them: a shared base belongs to all that use it. */
export function groupByReference(input: ScopeInput, graph: ReferenceGraph, grouping: Grouping): void {
  const free = grouping.free();
  if (free.length === 0) return;
  const withReferences = new Set([...input.files, ...input.links].map(({ path }) => path));
  for (const group of grouping.all()) {
    const starts = [...group.files].filter((path) => withReferences.has(path));
    const reached = new Set(starts.flatMap((path) => [...graph.reach(path)]));
    for (const unit of free) if (reached.has(unit.path)) grouping.add(group, unit);
  }
}
