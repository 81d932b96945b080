import { recommendedCalico } from '../../catalog/queries.js';
import type { RemovedApi, RequiredApi } from '../../catalog/types.js';
import { type Finding, NOWHERE } from '../../findings/finding.js';
import type { Location } from '../../text/lines.js';
import { formatMinor, formatVersion, type Version } from '../../version/version.js';
import { type ClusterView, sourceOf } from './cluster-view.js';
import { toFinding } from './judge.js';
import { isPassage, type JudgedPair, locationOf, otherPassage } from './pairs.js';

/** The oldest Kubernetes minor that this program judges. */
const OLDEST_KUBERNETES = { major: 1, minor: 23 };

/** Pairs that do not fit: broken, untested, or with a Kubernetes that is out of scope. */
export function judgePairs(view: ClusterView, pairs: readonly JudgedPair[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const pair of pairs) {
    const { kubernetes, support } = pair;
    if (isTooOld(kubernetes.version)) findings.push(tooOld(view, pair));
    else if (support.support !== 'broken' && support.support !== 'untested') continue;
    else findings.push(misfit(view, pair, pairs));
  }
  return findings;
}

function misfit(view: ClusterView, pair: JudgedPair, pairs: readonly JudgedPair[]): Finding {
  const first = isPassage(pair, pairs) ? otherPassage(pair, pairs) : null;
  if (first) return outOfOrder(view, pair, first);
  return pair.support.support === 'broken' ? broken(view, pair) : untested(view, pair);
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
    location: kubernetes.location ?? calico.location ?? NOWHERE,
    related: [calico.location],
    key: version,
  });
}

function broken(view: ClusterView, pair: JudgedPair): Finding {
  const { kubernetes, calico, support } = pair;
  const versions = `${formatVersion(calico.version)} on Kubernetes ${formatVersion(kubernetes.version)}`;
  const line = support.api && calico.origin === 'files' ? lineOfApi(view, support.api) : null;
  const when = kubernetes.origin === 'live' ? '' : ', before Kubernetes gets there';
  return toFinding(view.name, {
    code: 'pair-broken',
    message: `${support.reason.replace(/\.$/, '')} (Kubernetes ${formatVersion(kubernetes.version)}, ${sourcesOf(pair)}).`,
    remedy: `Move to ${suggestion(kubernetes.version)}${when}.`,
    location: line ?? locationOf(pair),
    related: [line && calico.location, calico.location && kubernetes.location],
    source: support.source,
    key: versions,
  });
}

function untested(view: ClusterView, pair: JudgedPair): Finding {
  const { kubernetes, calico, support } = pair;
  const versions = `${formatVersion(calico.version)} with Kubernetes ${formatVersion(kubernetes.version)}`;
  return toFinding(view.name, {
    code: 'pair-untested',
    message: `Calico ${versions} (${sourcesOf(pair)}) is not tested upstream: ${support.reason}`,
    remedy: `Use ${suggestion(kubernetes.version)}, or accept the pair in the policy file with a reason and an expiry date.`,
    location: locationOf(pair),
    related: calico.location ? [kubernetes.location] : [],
    source: support.source,
    key: versions,
  });
}

/** The files move both sides, and what runs of the one fits only once the other has moved. */
function outOfOrder(view: ClusterView, pair: JudgedPair, first: JudgedPair): Finding {
  const { kubernetes, calico, support } = pair;
  const versions = `Calico ${formatVersion(calico.version)} with Kubernetes ${formatVersion(kubernetes.version)}`;
  const isCalicoFirst = calico.origin === 'live';
  const firstStep = isCalicoFirst
    ? `Calico ${formatVersion(first.calico.version)}`
    : `Kubernetes ${formatVersion(first.kubernetes.version)}`;
  return toFinding(view.name, {
    code: 'upgrade-order',
    message: `On the way from what runs, ${versions} would not fit: ${support.reason}`,
    remedy: `Roll ${firstStep} out first, and ${isCalicoFirst ? 'Kubernetes' : 'Calico'} after it.`,
    location: locationOf(pair),
    related: [first.calico.location, first.kubernetes.location],
    source: support.source,
    key: versions,
  });
}

/** What says the two versions; where a file says Calico's, that is where the finding stands. */
function sourcesOf({ kubernetes, calico }: JudgedPair): string {
  if (calico.origin !== 'live') return sourceOf(kubernetes);
  return kubernetes.origin === 'live'
    ? 'both run in the live cluster'
    : `${sourceOf(kubernetes)}, while this Calico runs in the live cluster`;
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
