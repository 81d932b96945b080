import type { Version } from '../../version/version.js';
import { compareVersions, formatMinor, formatVersion } from '../../version/version.js';
import type { Location } from '../../text/lines.js';
import type { Install, LiveCluster } from '../live-cluster.js';
import type { FoundIn, ScannedFile } from '../scan.js';
import type { ClusterScope } from '../scope/scope.js';

/** What says a version: the files, the input kubernetes-version, or the cluster itself. */
export type Origin = 'files' | 'input' | 'live';

/** A version of Kubernetes. `location` is null unless the files say it. */
export interface KubernetesSighting {
  readonly version: Version;
  readonly location: Location | null;
  readonly origin: Origin;
}

/** A release of Calico. `location` is null where it runs and no file says it. */
export interface CalicoSighting {
  readonly version: Version;
  readonly location: Location | null;
  readonly origin: Origin;
  readonly install: Install;
}

/** A version that a cluster's files name, at the first place that does. */
export interface Sighting extends CalicoSighting {
  readonly location: Location;
  readonly origin: 'files';
  readonly found: FoundIn;
}

/** What runs in a live cluster. */
export interface LiveVersions {
  /** null where the input kubernetes-version takes its place. */
  readonly kubernetes: KubernetesSighting | null;
  readonly calico: readonly CalicoSighting[];
}

/** One cluster as the judges see it. */
export interface ClusterView {
  readonly name: string;
  /** Distinct versions that the files name (or the input), ascending. */
  readonly kubernetes: readonly KubernetesSighting[];
  /** Distinct Calico releases that the files name, ascending. */
  readonly calico: readonly Sighting[];
  /** What runs; null where no live cluster was read, or it is another one. */
  readonly live: LiveVersions | null;
  /** Distinct operators, ascending. */
  readonly operators: readonly Sighting[];
  readonly found: readonly FoundIn[];
  readonly files: readonly ScannedFile[];
  readonly install: Install;
}

const OPERATOR_FILES = /^(?:tigera-operator|operator-crds|custom-resources|v1_crd_projectcalico_org|ocp-)/;
const MANIFEST_FILES = /^(?:calico|canal)[\w-]*\.ya?ml$/;
const WORKLOAD_IMAGES: ReadonlySet<string> = new Set(['node', 'cni', 'typha', 'kube-controllers']);

/**
 * Looks at a cluster's detections.
 *
 * @param kubernetes what the input says in place of the files and of the live cluster, if it does
 * @param live the live cluster that it is, if that was read
 */
export function viewCluster(
  scope: ClusterScope,
  files: ReadonlyMap<string, ScannedFile>,
  kubernetes: Version | null,
  live: LiveCluster | null,
): ClusterView {
  const own = scope.found.filter(({ version }) => version !== null);
  const installs = new Set(own.map(installOf).filter((install) => install !== null));
  const [only = null] = installs.size === 1 ? installs : [];
  const sightings = (component: FoundIn['component']): Sighting[] =>
    distinct(own.filter((found) => found.component === component)).map((found) => ({
      ...found,
      origin: 'files' as const,
      install: installOf(found.found) ?? only,
    }));
  return {
    name: scope.name,
    kubernetes: kubernetes
      ? [{ version: kubernetes, location: null, origin: 'input' }]
      : sightings('kubernetes'),
    live: live && viewLive(live, kubernetes !== null),
    calico: sightings('calico'),
    operators: sightings('tigera-operator'),
    found: scope.found,
    files: [...new Set(scope.found.map(({ location }) => location.path))].flatMap(
      (path) => files.get(path) ?? [],
    ),
    install: only,
  };
}

function viewLive({ kubernetes, calico, install }: LiveCluster, isOverridden: boolean): LiveVersions {
  return {
    kubernetes: isOverridden ? null : { version: kubernetes, location: null, origin: 'live' },
    calico: calico.map((version) => ({ version, location: null, origin: 'live', install })),
  };
}

/** How the thing that carries a version installs Calico, or null where it does not tell. */
export function installOf({ component, subject, format }: FoundIn): Install {
  if (component === 'tigera-operator' || subject.kind === 'chart') return 'operator';
  if (subject.kind === 'field' && subject.name.startsWith('ImageSet')) return 'operator';
  if (subject.kind === 'manifest') {
    if (OPERATOR_FILES.test(subject.file)) return 'operator';
    return MANIFEST_FILES.test(subject.file) ? 'manifest' : null;
  }
  return component === 'calico' &&
    subject.kind === 'image' &&
    format === 'kubernetes-manifest' &&
    WORKLOAD_IMAGES.has(subject.name)
    ? 'manifest'
    : null;
}

/** The release as reports write it, so that two spellings of one release are the same. */
function distinct(found: readonly FoundIn[]): { version: Version; location: Location; found: FoundIn }[] {
  const byVersion = new Map<string, { version: Version; location: Location; found: FoundIn }>();
  for (const each of found) {
    if (!each.version) continue;
    const key = formatVersion(each.version);
    const known = byVersion.get(key);
    if (!known || (installOf(known.found) === null && installOf(each) !== null)) {
      byVersion.set(key, { version: each.version, location: each.location, found: each });
    }
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(a.version, b.version));
}

/** `path:line` for messages. */
export function placeOf({ path, line }: Location): string {
  return `${path}:${line}`;
}

/** What says a version, for messages. */
export function sourceOf({ location, origin }: KubernetesSighting | CalicoSighting): string {
  if (location) return placeOf(location);
  return origin === 'live' ? 'the live cluster' : 'the input kubernetes-version';
}

/** Whether two versions are the same release, a minor alone standing for each of its patches. */
export function isSameRelease(a: Version, b: Version): boolean {
  return formatMinor(a) === formatMinor(b) && (a.patch === null || b.patch === null || a.patch === b.patch);
}
