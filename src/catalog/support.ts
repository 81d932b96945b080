import { compareVersions, formatMinor, formatVersion, type Version } from '../version/version.js';
import { catalog, releaseByVersion, releasesByMinor, testedByMinor } from './catalog.js';
import { compareMinors, isNoRelease, plain, versionOf } from './release-lines.js';
import { sourceUrl } from './source-url.js';
import type {
  InstallMethod,
  InstallScope,
  RemovedApi,
  RequiredApi,
  Support,
  TestedKubernetes,
} from './types.js';

const RELEASES_PAGE = 'https://github.com/projectcalico/calico/releases';

/** Something that keeps a release from working on a Kubernetes minor. */
interface Obstacle {
  readonly scope: InstallScope;
  readonly api: RemovedApi | RequiredApi | null;
  /** Continues “Calico v3.22.5 …”. */
  readonly clause: string;
  readonly source: string;
}

/**
 * Whether a Calico version works with a Kubernetes minor. A version without a patch is judged by its minor, broken only
 * if all its patches are; a release of a minor without release rows is judged by its minor too. With the install method
 * unknown, a pair is broken only if both methods are. Never throws.
 */
export function supportOf(
  kubernetes: Version,
  calico: Version,
  install: InstallMethod | null = null,
): Support {
  const tested = testedByMinor.get(formatMinor(calico));
  const candidates = releasesToJudge(calico);
  if (!tested || candidates.length === 0) return unknownSupport(kubernetes, calico, tested);
  const found = candidates.map((release) => obstaclesOf(kubernetes, release, tested));
  const blocking = found.map((obstacles) => findBlocking(obstacles, install));
  const worst = blocking.at(-1);
  if (worst && !blocking.includes(undefined)) {
    const reason = `${subjectOf(worst.scope, calico, install)} ${worst.clause}.`;
    return { support: 'broken', reason, source: sourceUrl(worst.source), api: worst.api };
  }
  const isTested = tested.kubernetes.includes(formatMinor(kubernetes));
  const aside = install === null && found.length === 1 ? describeAside(found[0]?.[0]) : '';
  return {
    support: isTested ? 'tested' : 'untested',
    reason: `${describeTested(tested)}${isTested ? '' : describePlace(kubernetes, tested)}${aside}.`,
    source: sourceUrl(tested.source),
    api: null,
  };
}

/** The releases that stand for a version; none where the catalog does not know it. */
function releasesToJudge(calico: Version): readonly Version[] {
  if (isNoRelease(calico)) return [];
  const ofMinor = releasesByMinor.get(formatMinor(calico));
  if (!ofMinor) return [plain(calico)];
  if (calico.patch === null) return ofMinor.map((release) => versionOf(release.version));
  return releaseByVersion.has(formatVersion(calico)) ? [plain(calico)] : [];
}

function obstaclesOf(kubernetes: Version, calico: Version, tested: TestedKubernetes): Obstacle[] {
  return [
    ...removedApis(kubernetes, calico),
    ...requiredApis(kubernetes, calico),
    ...floors(kubernetes, calico),
    ...ruledOut(kubernetes, tested.worksFrom, tested.source),
  ];
}

function removedApis(kubernetes: Version, calico: Version): Obstacle[] {
  return catalog.removedApis
    .filter(
      (api) => isBetween(calico, api.firstRelease, api.lastRelease) && !isOlder(kubernetes, api.removedIn),
    )
    .map((api) => ({
      scope: api.install,
      api,
      clause: `needs ${api.apiVersion} ${api.kind}, which Kubernetes ${api.removedIn} removed: ${api.effect}`,
      source: api.source,
    }));
}

function requiredApis(kubernetes: Version, calico: Version): Obstacle[] {
  return catalog.requiredApis
    .filter(
      (api) => isBetween(calico, api.firstRelease, api.lastRelease) && isOlder(kubernetes, api.servedSince),
    )
    .map((api) => ({
      scope: api.install,
      api,
      clause: `needs ${api.apiVersion} ${api.kind}, which Kubernetes serves only from ${api.servedSince} on`,
      source: api.source,
    }));
}

function floors(kubernetes: Version, calico: Version): Obstacle[] {
  return catalog.kubernetesFloors
    .filter((floor) => isBetween(calico, floor.firstRelease, floor.lastRelease))
    .flatMap((floor) => ruledOut(kubernetes, floor.worksFrom, floor.source));
}

function ruledOut(kubernetes: Version, worksFrom: string | null, source: string): Obstacle[] {
  if (worksFrom === null || !isOlder(kubernetes, worksFrom)) return [];
  const clause = `does not work on Kubernetes older than ${worksFrom}, as upstream states`;
  return [{ scope: 'any', api: null, clause, source }];
}

/** With the install method unknown, a fault of one method blocks only if the other method has one too. */
function findBlocking(obstacles: readonly Obstacle[], install: InstallMethod | null): Obstacle | undefined {
  const always = obstacles.find(({ scope }) => scope === 'any' || scope === install);
  if (always || install !== null) return always;
  const manifest = obstacles.find(({ scope }) => scope === 'manifest');
  return obstacles.some(({ scope }) => scope === 'operator') ? manifest : undefined;
}

/** An obstacle of both methods at once names Calico alone, one of a method names the method. */
function subjectOf(scope: InstallScope, calico: Version, install: InstallMethod | null): string {
  const name = `Calico ${calico.patch === null ? formatMinor(calico) : formatVersion(calico)}`;
  if (scope === 'any') return name;
  return install === null
    ? `${name}, however it is installed, cannot run here: a ${scope} install`
    : `A${scope === 'operator' ? 'n' : ''} ${scope} install of ${name}`;
}

function describeAside(obstacle: Obstacle | undefined): string {
  if (!obstacle) return '';
  return `; a${obstacle.scope === 'operator' ? 'n' : ''} ${obstacle.scope} install ${obstacle.clause}`;
}

function describeTested(tested: TestedKubernetes): string {
  return `Upstream tests Calico ${tested.calico} with Kubernetes ${describeMinors(tested.kubernetes)}`;
}

function describePlace(kubernetes: Version, { kubernetes: minors }: TestedKubernetes): string {
  const minor = formatMinor(kubernetes);
  const [oldest, newest] = [minors[0], minors.at(-1)];
  if (oldest !== undefined && isOlder(kubernetes, oldest)) return `; ${minor} is older`;
  if (newest !== undefined && compareMinors(kubernetes, versionOf(newest)) > 0) return `; ${minor} is newer`;
  return `; ${minor} is not among them`;
}

/** `v1.31 to v1.35` where none is left out between, else all of them. */
function describeMinors(minors: readonly string[]): string {
  const [oldest, newest] = [minors[0], minors.at(-1)];
  if (oldest === undefined || newest === undefined) return 'no version';
  if (minors.length > 2 && versionOf(newest).minor - versionOf(oldest).minor === minors.length - 1) {
    return `${oldest} to ${newest}`;
  }
  return minors.length === 1 ? oldest : `${minors.slice(0, -1).join(', ')} and ${newest}`;
}

function unknownSupport(kubernetes: Version, calico: Version, tested: TestedKubernetes | undefined): Support {
  const name = `Calico ${formatVersion(calico)}${isNoRelease(calico) ? calico.suffix : ''}`;
  const date = catalog.meta.generated;
  const listed = releasesToJudge(calico).length > 0 && releasesByMinor.has(formatMinor(calico));
  const missing = listed
    ? `Upstream states no tested Kubernetes versions for ${name} as of ${date}`
    : `${name} is not in the catalog of ${date}`;
  const known = tested ? `; ${lowerFirst(describeTested(tested))}${placeOrNot(kubernetes, tested)}` : '';
  return {
    support: 'unknown',
    reason: `${missing}${known}.`,
    source: tested ? sourceUrl(tested.source) : RELEASES_PAGE,
    api: null,
  };
}

function placeOrNot(kubernetes: Version, tested: TestedKubernetes): string {
  return tested.kubernetes.includes(formatMinor(kubernetes)) ? '' : describePlace(kubernetes, tested);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function isOlder(kubernetes: Version, minor: string): boolean {
  return compareMinors(kubernetes, versionOf(minor)) < 0;
}

/** A version without a patch stands for its minor's first release. */
function isBetween(calico: Version, first: string, last: string | null): boolean {
  const version = { ...calico, patch: calico.patch ?? 0 };
  return (
    compareVersions(version, versionOf(first)) >= 0 &&
    (last === null || compareVersions(version, versionOf(last)) <= 0)
  );
}
