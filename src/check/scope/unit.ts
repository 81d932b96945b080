import { formatMinor, formatVersion } from '../../version/version.js';
import type { FoundIn, ScannedFile } from '../scan.js';

/** A file, or a part of one such as a job, that is in a cluster as a whole. */
export interface Unit {
  readonly path: string;
  readonly section: string | null;
  readonly found: readonly FoundIn[];
  /** Another CNI that the file installs. */
  readonly otherCni: string | null;
}

/** Whether it says the Kubernetes side of a pair. */
export function isKubernetes({ component }: FoundIn): boolean {
  return component === 'kubernetes';
}

/** Whether it says the Calico side of a pair. */
export function isCalico({ component }: FoundIn): boolean {
  return component === 'calico' || component === 'tigera-operator';
}

/** Whether units hold both sides of a pair between them. */
export function hasBothSides(units: Iterable<Unit>): boolean {
  const found = [...units].flatMap((unit) => unit.found);
  return found.some(isKubernetes) && found.some(isCalico);
}

/** Names a unit: its path, and the part of the file that it is. */
export function unitKey({ path, section }: Unit): string {
  return section === null ? path : `${path}#${section}`;
}

/** What two detections have in common when they say the same thing: `calico v3.26.1`. */
export function releaseKey({ component, version }: FoundIn): string {
  return `${component} ${version ? formatVersion(version) : ''}`;
}

/**
 * The units of a file. Each job of a workflow is one where any job has all it takes; what the workflow sets for all
 * jobs goes into those that do not set it themselves.
 */
export function splitIntoUnits(file: ScannedFile): Unit[] {
  const all = withoutTable(file.found);
  if (all.length === 0) return [];
  const cni = file.facts.find((fact) => fact.kind === 'other-cni');
  const base = { path: file.path, otherCni: cni?.kind === 'other-cni' ? cni.name : null };
  const whole: Unit[] = [{ ...base, section: null, found: all }];
  const sections = [...new Set(all.map(({ section }) => section))].filter((section) => section !== null);
  if (sections.length === 0) return whole;
  const parts = sections.map((section) => ({ ...base, section, found: foundInSection(all, section) }));
  return sections.length > 1 && parts.some((part) => hasBothSides([part])) ? parts : whole;
}

/** More minors of Kubernetes than anybody runs at a time. */
const MOST_MINORS = 9;

/** A file that names a great many minors of Kubernetes lists what there is: none of them is a cluster's. */
function withoutTable(found: readonly FoundIn[]): readonly FoundIn[] {
  const minors = new Set(
    found.flatMap((each) => (isKubernetes(each) && each.version ? [formatMinor(each.version)] : [])),
  );
  return minors.size > MOST_MINORS ? found.filter((each) => !isKubernetes(each)) : found;
}

function foundInSection(found: readonly FoundIn[], section: string): readonly FoundIn[] {
  const own = found.filter((each) => each.section === section);
  const general = found.filter((each) => each.section === null);
  const inherited = general.filter((each) => !own.some(isKubernetes(each) ? isKubernetes : isCalico));
  return [...own, ...inherited];
}
