import type { CheckOutcome, RankedFinding } from '../check/run-check.js';
import type { FoundIn, Skip } from '../check/scan.js';
import type { Finding } from '../findings/finding.js';
import { compareVersions, formatVersion, type Version } from '../version/version.js';
import { fingerprintOf } from '../text/fingerprint.js';
import type {
  Place,
  Report,
  ReportCluster,
  ReportDetection,
  ReportFinding,
  ReportPair,
  ReportSkip,
} from './report.js';

/** Makes the report of a `check` run. */
export function buildCheckReport(outcome: CheckOutcome): Report {
  const { judgement, findings, ignored } = outcome;
  return {
    schemaVersion: 1,
    mode: 'check',
    result: outcome.hasFailed ? 'failed' : 'passed',
    clusters: judgement.clusters.map(toCluster),
    pairs: judgement.clusters.flatMap(toPairs),
    detections: toDetections(outcome),
    skips: [
      ...judgement.scan.skips,
      ...judgement.files.flatMap(({ skips }) => skips),
      ...templateSkips(outcome),
    ]
      .map(toSkip)
      .sort(byPlace),
    findings: findings.map(toFinding),
    filesRead: judgement.scan.filesRead,
    ignored: ignored.map(({ finding, reason }) => ({
      ...toFinding({ finding, isNew: false }),
      ignoredBecause: reason,
    })),
  };
}

type JudgedCluster = CheckOutcome['judgement']['clusters'][number];

function toCluster({ scope, view }: JudgedCluster): ReportCluster {
  const running = view.live;
  return {
    name: scope.name,
    paths: scope.paths,
    kubernetes: versions([...view.kubernetes, ...(running?.kubernetes ? [running.kubernetes] : [])]),
    calico: versions([...view.calico, ...(running?.calico ?? [])]),
  };
}

/** Each version once, oldest first. */
function versions(sightings: readonly { readonly version: Version }[]): string[] {
  const sorted = sightings.map(({ version }) => version).sort(compareVersions);
  return [...new Set(sorted.map(formatVersion))];
}

function toPairs({ view, pairs }: JudgedCluster): ReportPair[] {
  return pairs.map(({ kubernetes, calico, support }) => ({
    cluster: view.name,
    kubernetes: formatVersion(kubernetes.version),
    calico: formatVersion(calico.version),
    support: support.support,
    reason: support.reason,
    source: support.source,
    kubernetesAt: kubernetes.location && toPlace(kubernetes.location),
    calicoAt: calico.location && toPlace(calico.location),
    live: [
      ...(kubernetes.origin === 'live' ? (['kubernetes'] as const) : []),
      ...(calico.origin === 'live' ? (['calico'] as const) : []),
    ],
  }));
}

function toDetections({ judgement }: CheckOutcome): ReportDetection[] {
  const clusters = new Map<FoundIn, string[]>();
  for (const { scope } of judgement.clusters) {
    for (const found of scope.found) clusters.set(found, [...(clusters.get(found) ?? []), scope.name]);
  }
  return judgement.files
    .flatMap(({ found }) => found)
    .map((found) => ({
      component: found.component,
      version: found.version && formatVersion(found.version),
      text: found.text,
      ...found.location,
      format: found.format,
      cluster: clusters.get(found)?.[0] ?? null,
      clusters: clusters.get(found) ?? [],
    }))
    .sort(byPlace);
}

function templateSkips({ judgement }: CheckOutcome): Skip[] {
  return judgement.templated.map(({ use, definedAt }) => {
    const places = [...new Set(definedAt.map(({ path, line }) => `${path}:${line}`))];
    const where =
      places.length === 0
        ? 'nothing in the repository defines it'
        : `defined at ${places.slice(0, 3).join(', ')}${places.length > 3 ? ' …' : ''}`;
    return {
      reason: 'template',
      path: use.location.path,
      line: use.location.line,
      detail: `${use.component}: ${use.text} is a template; ${where}`,
    };
  });
}

function toSkip({ reason, path, line, detail }: Skip): ReportSkip {
  return { reason, path, line, detail };
}

function toFinding({ finding, isNew }: RankedFinding): ReportFinding {
  const { code, severity, message, remedy, source, location, related, cluster, identity } = finding;
  return {
    code,
    severity,
    message,
    remedy,
    source,
    ...location,
    related: related.map(toPlace),
    cluster,
    isNew,
    fingerprint: fingerprintOf(identity),
  };
}

function toPlace({ path, line }: Finding['location']): Place {
  return { path, line };
}

function byPlace(
  a: { path: string; line: number; column?: number },
  b: { path: string; line: number; column?: number },
): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || (a.column ?? 0) - (b.column ?? 0);
}
