import type { Finding } from '../findings/finding.js';
import { compareFindings, NOWHERE } from '../findings/finding.js';
import type { Policy } from '../policy/policy.js';
import type { Workspace } from '../ports/workspace.js';
import { uniqueBy } from '../text/unique.js';
import type { Version } from '../version/version.js';
import { type ClusterView, viewCluster } from './judge/cluster-view.js';
import { type Judge, type JudgeContext, toFinding } from './judge/judge.js';
import { judgeClientSideApply } from './judge/judge-apply.js';
import { judgeImageOnlyBump, judgeMixedVersions } from './judge/judge-images.js';
import { judgeChartCrds, judgeImageSets, judgeOperators, releasesOf } from './judge/judge-operator.js';
import { judgePairs } from './judge/judge-pairs.js';
import { judgeAgainstPolicy, judgePolicy } from './judge/judge-policy.js';
import { judgeFloating } from './judge/judge-floating.js';
import {
  judgeMissingKubernetes,
  judgePatches,
  judgeSupportPeriod,
  judgeTraps,
  judgeUnknown,
  judgeVulnerabilities,
} from './judge/judge-releases.js';
import { type JudgedPair, pairsOf } from './judge/pairs.js';
import { type LiveCluster, matchLive, scopeOfLive } from './live-cluster.js';
import { resolveTemplates, type TemplatedReference, unresolvedNames } from './resolve.js';
import { scan, scanFor, type Scan, type ScannedFile, type ScanOptions } from './scan.js';
import { buildReferenceGraph } from './scope/references.js';
import { assignClusters, type ClusterScope } from './scope/scope.js';
import { isCalico } from './scope/unit.js';

/** What `check` is asked to judge. */
export interface JudgeOptions extends ScanOptions {
  readonly policy: Policy;
  /** Matches a path against a glob of the policy. */
  readonly matchGlob: (glob: string, path: string) => boolean;
  /** Overrides what the files say; null to go by the files. */
  readonly kubernetes: Version | null;
  /** The live cluster that a kubeconfig names; absent or null without one. */
  readonly live?: LiveCluster | null;
}

export interface JudgedCluster {
  readonly scope: ClusterScope;
  readonly view: ClusterView;
  readonly pairs: readonly JudgedPair[];
}

/** What a workspace deploys and what is wrong with it. */
export interface Judgement {
  readonly scan: Scan;
  readonly files: readonly ScannedFile[];
  readonly templated: readonly TemplatedReference[];
  readonly clusters: readonly JudgedCluster[];
  /** Worst first; exceptions of the policy are not taken out. */
  readonly findings: readonly Finding[];
}

/** Judges of a cluster that hold Calico. */
const JUDGES: readonly Judge[] = [
  judgeTraps,
  judgeOperators,
  judgeMixedVersions,
  judgeImageOnlyBump,
  judgeClientSideApply,
  judgeImageSets,
  judgeChartCrds,
  judgeFloating,
  judgeUnknown,
  judgeVulnerabilities,
  judgeMissingKubernetes,
  judgeSupportPeriod,
  judgePatches,
];

/** Reads a workspace, works out its clusters and judges each. */
export function judgeWorkspace(workspace: Workspace, options: JudgeOptions): Judgement {
  const scanned = scan(workspace, options);
  const names = unresolvedNames(scanned.files);
  const more = names.size > 0 ? scanFor(workspace, scanned.passedOver, names) : [];
  const { files, references: templated } = resolveTemplates([...scanned.files, ...more]);
  const { files: paths, links } = scanned.listing;
  const clusters = options.policy.clusters.map(({ name, paths: globs }) => ({
    name,
    matches: (path: string) => globs.some((glob) => options.matchGlob(glob, path)),
  }));
  const graph = buildReferenceGraph(files, paths, links);
  const scopes = assignClusters({ files, paths, links, clusters }, graph);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const context: JudgeContext = { files, policy: options.policy, templated, graph };
  const live = placeLive(options, scopes);
  const judged = [...scopes, ...live.scopes].map((scope) =>
    judgeCluster(
      scope,
      viewCluster(scope, byPath, options.kubernetes, scope === live.scope ? live.cluster : null),
      context,
    ),
  );
  const findings = [
    ...judgePolicy(options.policy),
    ...judged.flatMap(({ findings: own }) => own),
    ...live.findings,
  ];
  return {
    scan: scanned,
    files,
    templated,
    clusters: judged,
    findings: unique(findings).sort(compareFindings),
  };
}

interface PlacedLive {
  readonly cluster: LiveCluster | null;
  /** The cluster that it is; null without a live cluster. */
  readonly scope: ClusterScope | null;
  /** That cluster where no file is of it; empty otherwise. */
  readonly scopes: readonly ClusterScope[];
  readonly findings: readonly Finding[];
}

/** Puts the live cluster to the files' cluster that it is, or makes it one of its own and says how to put it there. */
function placeLive({ live, policy }: JudgeOptions, scopes: readonly ClusterScope[]): PlacedLive {
  if (!live) return { cluster: null, scope: null, scopes: [], findings: [] };
  const match = matchLive(live, scopes, policy);
  if (match.kind === 'found') return { cluster: live, scope: match.scope, scopes: [], findings: [] };
  const scope = scopeOfLive(live);
  return {
    cluster: live,
    scope,
    scopes: [scope],
    findings: match.candidates.length === 0 ? [] : [unmapped(scope.name, match.candidates)],
  };
}

function unmapped(name: string, candidates: readonly string[]): Finding {
  const shown = candidates.slice(0, 3).join(', ');
  const more = candidates.length > 3 ? ` and ${candidates.length - 3} more` : '';
  return toFinding(name, {
    code: 'live-cluster-unmapped',
    message: `The live cluster ${name} could be any of ${shown}${more}: its versions are judged by themselves only.`,
    remedy: `Give the cluster the name ${name} in the policy file, as clusters: [{ name: "${name}", paths: […] }].`,
    location: NOWHERE,
    key: name,
  });
}

function judgeCluster(
  scope: ClusterScope,
  view: ClusterView,
  context: JudgeContext,
): JudgedCluster & { findings: readonly Finding[] } {
  const isJudged =
    (scope.found.some(isCalico) || (view.live?.calico.length ?? 0) > 0) &&
    !view.files.some(({ facts }) =>
      facts.some((fact) => fact.kind === 'feature' && fact.name === 'calico-enterprise'),
    );
  if (!isJudged) return { scope, view, pairs: [], findings: [] };
  const pairs = pairsOf(view, releasesOf(view));
  const findings = [
    ...judgePairs(view, pairs),
    ...judgeAgainstPolicy(view.name, pairs, context.policy),
    ...JUDGES.flatMap((judge) => judge(view, context)),
  ];
  return { scope, view, pairs, findings };
}

/** A file that belongs to two clusters is reported once for a fault that has nothing to do with the cluster. */
function unique(findings: readonly Finding[]): Finding[] {
  return uniqueBy(findings, ({ code, location: { path, line, column }, message }) =>
    [code, path, line, column, message].join(' '),
  );
}
