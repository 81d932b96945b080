import type { FoundIn, ScannedFile } from '../scan.js';
import { groupByEntryPoint } from './group-by-entry-point.js';
import { groupByFolder } from './group-by-folder.js';
import { groupByName, groupByReference } from './group-by-name.js';
import { type Group, Grouping } from './grouping.js';
import type { ReferenceGraph } from './references.js';
import type { ScopeInput } from './scope-input.js';
import { splitIntoUnits } from './unit.js';

/** The detections that belong to one cluster. */
export interface ClusterScope {
  /** What the files call it, or else its path. */
  readonly name: string;
  /** Folders and files that it is made of, sorted. */
  readonly paths: readonly string[];
  readonly found: readonly FoundIn[];
  /** Files that belong to it, whether or not they hold detections. */
  readonly files: ReadonlySet<string>;
}

/**
 * Works out which detections belong to the same cluster: by the policy and by names in paths, by the references between
 * files, and then by the nearest common folder. Two clusters side by side are never mixed. See docs/scope.md.
 */
export function assignClusters(input: ScopeInput, graph: ReferenceGraph): readonly ClusterScope[] {
  const grouping = new Grouping(input.files.flatMap(splitIntoUnits));
  groupByName(input, grouping);
  groupByReference(input, graph, grouping);
  groupByEntryPoint(input, graph, grouping);
  groupByFolder(grouping);
  const groups = grouping.all().filter(({ units }) => units.size > 0);
  nameByContent(input.files, groups);
  return groups.map(toScope).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A cluster that goes by a path takes the one name that its files declare, unless another has it. */
function nameByContent(files: readonly ScannedFile[], groups: readonly Group[]): void {
  const taken = new Set(groups.map(({ name }) => name));
  for (const group of groups.filter(({ isNamed }) => !isNamed)) {
    const own = files.filter(({ path }) => group.files.has(path));
    const names = new Set(
      own.flatMap(({ facts }) => facts.flatMap((fact) => (fact.kind === 'cluster-name' ? [fact.name] : []))),
    );
    const [name] = names;
    if (names.size !== 1 || name === undefined || taken.has(name)) continue;
    taken.add(name);
    group.name = name;
  }
}

function toScope({ name, paths, units, files }: Group): ClusterScope {
  return {
    name,
    paths: [...paths].sort(),
    found: [...new Set([...units].flatMap(({ found }) => found))],
    files,
  };
}
