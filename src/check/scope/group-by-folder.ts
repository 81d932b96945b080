import type { FoundIn } from '../scan.js';
import { barrierOf, isPipeline } from './cluster-name.js';
import type { Group, Grouping } from './grouping.js';
import { hasBothSides, isCalico, isKubernetes, releaseKey, type Unit } from './unit.js';

type Open = Map<string, readonly Unit[]>;

/**
 * Makes clusters of what is left, from the innermost folder outwards: the first folder that holds both sides is one.
 * What has one side only completes named clusters that lack it, or stands alone.
 */
export function groupByFolder(grouping: Grouping): void {
  const units = grouping.free().filter((unit) => !isPipeline(unit.path) && !isOverridden(unit, grouping));
  let open: Open = new Map();
  for (const unit of units) append(open, folderOf(unit.path), [unit]);
  closeCompleteFiles(open, grouping);
  for (let depth = deepest(open); depth >= 0; depth--) open = closeLevel(open, depth, grouping);
  for (const unit of grouping.free()) if (isPipeline(unit.path)) grouping.addAlone(unit);
}

/** Closes the folders of one depth, and hands what stays open to the folders around them. */
function closeLevel(open: Open, depth: number, grouping: Grouping): Open {
  const next: Open = new Map();
  for (const [folder, members] of open) {
    if (depthOf(folder) !== depth) append(next, folder, members);
    else if (hasBothSides(members)) addTogether(folder || '.', members, grouping);
    else if (folder === '' || barrierOf(`${folder}/file`) === folder) placeOneSide(folder, members, grouping);
    else append(next, folderOf(folder), CHART.test(folder) ? withoutTools(members, grouping) : members);
  }
  return next;
}

const CHART = /(?:^|\/)charts\/[^/]+$/;
const IN_CHART = /(?:^|\/)charts\/[^/]+\/./;
const PART_OF_CHART =
  /(?:^|\/)charts\/[^/]+\/(?:(?:Chart|requirements)\.|[\w.-]*values[\w.-]*\.ya?ml$|(?:templates|crds|charts|files)\/)/;

/** Whether a file stands in a chart's folder and is no part of the chart: it builds or tests that chart and no other. */
function isChartTool(path: string): boolean {
  return IN_CHART.test(path) && !PART_OF_CHART.test(path);
}

function withoutTools(members: readonly Unit[], grouping: Grouping): readonly Unit[] {
  for (const unit of members) if (isChartTool(unit.path)) grouping.addAlone(unit);
  return members.filter(({ path }) => !isChartTool(path));
}

function addTogether(folder: string, units: readonly Unit[], grouping: Grouping): void {
  for (const unit of units) grouping.add(grouping.at(folder), unit, folder);
}

function append(open: Open, folder: string, units: readonly Unit[]): void {
  open.set(folder, [...(open.get(folder) ?? []), ...units]);
}

/** Two files or more of one folder that hold both sides each are clusters of their own. */
function closeCompleteFiles(open: Open, grouping: Grouping): void {
  for (const [folder, members] of open) {
    const complete = members.filter((unit) => hasBothSides([unit]));
    if (complete.length < 2) continue;
    for (const unit of complete) grouping.addAlone(unit);
    open.set(
      folder,
      members.filter((unit) => !complete.includes(unit)),
    );
  }
}

/** Places what has one side only, with no folder left to look in. */
function placeOneSide(folder: string, members: readonly Unit[], grouping: Grouping): void {
  if (members.length === 0) return;
  const isNear = ({ units }: Group): boolean =>
    [...units].every(({ path }) => barrierOf(path) === (folder || null));
  const lacking = grouping.all().filter((group) => isNear(group) && lacks(group, members));
  const rest = lacking.length > 0 ? [] : members.filter((unit) => !joinTwin(unit, grouping));
  for (const group of lacking) for (const unit of members) grouping.add(group, unit);
  addTogether(commonFolder(rest), rest, grouping);
}

/** Whether a lasting cluster has one side, lacks the one that the units bring, and runs no other CNI. */
function lacks(group: Group, members: readonly Unit[]): boolean {
  const own = [...group.units];
  if (own.length === 0 || own.every(({ path }) => isPipeline(path) || isChartTool(path))) return false;
  const brings = (side: (found: FoundIn) => boolean): boolean =>
    members.some(({ found }) => found.some(side));
  const has = (side: (found: FoundIn) => boolean): boolean => own.some(({ found }) => found.some(side));
  if (brings(isCalico) && (has(isCalico) || own.some(({ otherCni }) => otherCni !== null))) return false;
  if (brings(isKubernetes) && has(isKubernetes)) return false;
  return hasBothSides([...own, ...members]);
}

/** A file beside one that a cluster has taken, and that names the same releases, is another form of the same thing. */
function joinTwin(unit: Unit, grouping: Grouping): boolean {
  const releases = unit.found.map(releaseKey);
  const isTwin = (other: Unit): boolean =>
    isBeside(unit.path, other.path) &&
    releases.every((release) => other.found.some((found) => releaseKey(found) === release));
  const twins = grouping.all().filter((group) => [...group.units].some(isTwin));
  for (const group of twins) grouping.add(group, unit);
  return twins.length > 0;
}

/** Whether one of two files lies in the other's folder or below it. */
function isBeside(a: string, b: string): boolean {
  return a.startsWith(`${folderOf(b)}/`) || b.startsWith(`${folderOf(a)}/`);
}

/** Whether a role's default is set anew outside of the roles. */
function isOverridden(unit: Unit, grouping: Grouping): boolean {
  if (!/(?:^|\/)roles\/[^/]+\/(?:defaults|vars)\//.test(unit.path)) return false;
  const elsewhere = [...grouping.free(), ...grouping.all().flatMap(({ units }) => [...units])].filter(
    ({ path }) => !/(?:^|\/)roles\//.test(path),
  );
  const names = new Set(elsewhere.flatMap(({ found }) => found.map(variableOf)));
  return unit.found.every((found) => variableOf(found) !== null && names.has(variableOf(found)));
}

function variableOf({ subject }: FoundIn): string | null {
  return subject.kind === 'variable' ? subject.name : null;
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function depthOf(folder: string): number {
  return folder === '' ? 0 : folder.split('/').length;
}

function deepest(open: Open): number {
  return Math.max(0, ...[...open.keys()].map(depthOf));
}

/** The folder that files have in common; the file itself where there is only one. */
function commonFolder(units: readonly Unit[]): string {
  const [first, ...others] = units.map(({ path }) => path);
  if (first === undefined || others.length === 0) return first ?? '.';
  let folder = folderOf(first);
  while (folder !== '' && !others.every((path) => path.startsWith(`${folder}/`))) folder = folderOf(folder);
  return folder || '.';
}
