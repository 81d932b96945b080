import { type Unit, unitKey } from './unit.js';

/** A cluster in the making. */
export interface Group {
  name: string;
  /** Whether the policy, a path or an application names it, rather than the place where its files happen to be. */
  readonly isNamed: boolean;
  readonly paths: Set<string>;
  readonly units: Set<Unit>;
  /** Files that belong to it, with detections or without. */
  readonly files: Set<string>;
}

/** The clusters in the making, and which units are still free. */
export class Grouping {
  private readonly groups = new Map<string, Group>();
  private readonly taken = new Set<Unit>();
  private readonly units: readonly Unit[];

  constructor(units: readonly Unit[]) {
    this.units = units;
  }

  all(): readonly Group[] {
    return [...this.groups.values()];
  }

  free(): readonly Unit[] {
    return this.units.filter((unit) => !this.taken.has(unit));
  }

  /** The cluster that is named so, made where there is none. */
  named(name: string): Group {
    return this.group(`name ${name}`, name, true);
  }

  /** The cluster that goes by a path, made where there is none. */
  at(path: string): Group {
    return this.group(`path ${path}`, path, false);
  }

  add(group: Group, unit: Unit, path = unit.path): void {
    group.units.add(unit);
    group.files.add(unit.path);
    group.paths.add(path);
    this.taken.add(unit);
  }

  /** Makes a unit a cluster by itself. */
  addAlone(unit: Unit): void {
    this.add(this.at(unitKey(unit)), unit);
  }

  private group(key: string, name: string, isNamed: boolean): Group {
    const known = this.groups.get(key);
    if (known) return known;
    const group: Group = { name, isNamed, paths: new Set(), units: new Set(), files: new Set() };
    this.groups.set(key, group);
    return group;
  }
}
