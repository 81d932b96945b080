import { recommendedCalico, supportOf } from '../../catalog/queries.js';
import type { RemovedApi, RequiredApi, Support } from '../../catalog/types.js';
import type { Finding } from '../../findings/finding.js';
import type { Location } from '../../text/lines.js';
import { formatMinor, formatVersion, type Version } from '../../version/version.js';
import { type ClusterView, type KubernetesSighting, placeOf, type Sighting } from './cluster-view.js';
import { toFinding } from './judge.js';

/** The oldest Kubernetes minor that this program judges. */
const OLDEST_KUBERNETES = { major: 1, minor: 23 };

/** A Kubernetes and a Calico version of one cluster, and how they fit. */
export interface JudgedPair {
  readonly kubernetes: KubernetesSighting;
  readonly calico: Sighting;
  readonly support: Support;
}

/** Every Kubernetes version of the cluster with every Calico release in it. */
export function pairsOf(view: ClusterView, releases: readonly Sighting[]): readonly JudgedPair[] {
  return view.kubernetes.flatMap((kubernetes) =>
    releases.map((calico) => ({
      kubernetes,
      calico,
      support: supportOf(kubernetes.version, calico.version, calico.install ?? view.install),
    })),
  );
}

/** Pairs that do not fit: broken, untested, or with a Kubernetes that is out of scope. */
export function judgePairs(view: ClusterView, pairs: readonly JudgedPair[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const pair of pairs) {
    const { kubernetes, support } = pair;
    if (isTooOld(kubernetes.version)) findings.push(tooOld(view, pair));
    else if (support.support === 'broken') findings.push(broken(view, pair));
    else if (support.support === 'untested') findings.push(untested(view, pair));
  }
  return findings;
}

function isTooOld({ major, minor }: Version): boolean {
  return (
    major < OLDEST_KUBERNETES.major || (major === OLDEST_KUBERNETES.major && minor < OLDEST_KUBERNETES.minor)
  );
}

function tooOld(view: ClusterView, { kubernetes, calico }: JudgedPair): Finding {
  const version = formatVersion(kubernetes.version);
  return toFinding(view.name, {
    code: 'kubernetes-too-old',
    message: `Kubernetes ${version} is older than v1.23, the oldest minor that is judged here.`,
    location: kubernetes.location ?? calico.location,
    related: [calico.location],
    key: version,
  });
}

function broken(view: ClusterView, { kubernetes, calico, support }: JudgedPair): Finding {
  const versions = `${formatVersion(calico.version)} on Kubernetes ${formatVersion(kubernetes.version)}`;
  const line = support.api ? lineOfApi(view, support.api) : null;
  return toFinding(view.name, {
    code: 'pair-broken',
    message: `${support.reason.replace(/\.$/, '')} (Kubernetes ${formatVersion(kubernetes.version)}, ${placeOf(kubernetes.location)}).`,
    remedy: `Move to ${suggestion(kubernetes.version)}, before Kubernetes gets there.`,
    location: line ?? calico.location,
    related: line ? [calico.location, kubernetes.location] : [kubernetes.location],
    source: support.source,
    key: versions,
  });
}

function untested(view: ClusterView, { kubernetes, calico, support }: JudgedPair): Finding {
  const versions = `${formatVersion(calico.version)} with Kubernetes ${formatVersion(kubernetes.version)}`;
  return toFinding(view.name, {
    code: 'pair-untested',
    message: `Calico ${versions} (${placeOf(kubernetes.location)}) is not tested upstream: ${support.reason}`,
    remedy: `Use ${suggestion(kubernetes.version)}, or accept the pair in the policy file with a reason and an expiry date.`,
    location: calico.location,
    related: [kubernetes.location],
    source: support.source,
    key: versions,
  });
}

/** Where the files themselves hold an object of the API. */
function lineOfApi(view: ClusterView, api: RemovedApi | RequiredApi): Location | null {
  for (const { facts } of view.files) {
    for (const fact of facts) {
      if (fact.kind === 'object' && fact.apiVersion === api.apiVersion && fact.objectKind === api.kind)
        return fact.location;
    }
  }
  return null;
}

function suggestion(kubernetes: Version): string {
  const release = recommendedCalico(kubernetes);
  if (!release) return 'a Calico release that is tested with it';
  return `Calico ${release.version}${release.operator ? ` (operator ${release.operator})` : ''}, which is tested with Kubernetes ${formatMinor(kubernetes)}`;
}
