import { type Severity, SEVERITIES } from '../findings/severity.js';
import type { Place, Report, ReportCluster, ReportFinding, ReportPair, SupportLevel } from './report.js';
import { formatPlace } from './text.js';

/** One line of the table of pairs: a pair, or a cluster in which no pair could be judged. */
export interface PairRow {
  readonly cluster: string;
  /** Empty where none was found; a comma list where several were and none makes a pair. */
  readonly kubernetes: string;
  readonly calico: string;
  readonly support: SupportLevel | 'not judged';
  readonly reason: string;
  /** Upstream's page that says so; null for a cluster without a pair. */
  readonly source: string | null;
  /** Where Calico's version stands, or else that of Kubernetes; null where no file says either. */
  readonly at: Place | null;
}

const WORST_FIRST: readonly PairRow['support'][] = ['broken', 'untested', 'unknown', 'not judged', 'tested'];

/** The table of pairs, worst first, with a line for every cluster that has no pair. */
export function pairRows(report: Report): readonly PairRow[] {
  const paired = new Set(report.pairs.map((pair) => pair.cluster));
  const unpaired = report.clusters.filter((cluster) => !paired.has(cluster.name));
  return [...report.pairs.map(rowOfPair), ...unpaired.map(rowOfCluster)].sort(
    (a, b) => WORST_FIRST.indexOf(a.support) - WORST_FIRST.indexOf(b.support),
  );
}

function rowOfPair(pair: ReportPair): PairRow {
  const { cluster, support, reason, source, live } = pair;
  return {
    cluster,
    kubernetes: live.includes('kubernetes') ? `${pair.kubernetes} (live)` : pair.kubernetes,
    calico: live.includes('calico') ? `${pair.calico} (live)` : pair.calico,
    support,
    reason,
    source,
    at: pair.calicoAt ?? pair.kubernetesAt,
  };
}

function rowOfCluster(cluster: ReportCluster): PairRow {
  return {
    cluster: cluster.name,
    kubernetes: cluster.kubernetes.join(', '),
    calico: cluster.calico.join(', '),
    support: 'not judged',
    reason: whyUnpaired(cluster),
    source: null,
    at: null,
  };
}

function whyUnpaired(cluster: ReportCluster): string {
  const hasKubernetes = cluster.kubernetes.length > 0;
  const hasCalico = cluster.calico.length > 0;
  if (hasKubernetes && hasCalico) return 'no pair of exact versions';
  if (hasKubernetes) return 'no Calico found';
  return hasCalico ? 'no Kubernetes version found' : 'no Kubernetes version and no Calico found';
}

/** The findings of one severity, the new ones first; within that in the report's order. */
export function findingsOf(report: Report, severity: Severity): readonly ReportFinding[] {
  const findings = report.findings.filter((finding) => finding.severity === severity);
  return [...findings.filter((finding) => finding.isNew), ...findings.filter((finding) => !finding.isNew)];
}

/** All findings, worst first, the new ones of each severity first. */
export function findingsWorstFirst(report: Report): readonly ReportFinding[] {
  return SEVERITIES.flatMap((severity) => findingsOf(report, severity));
}

/** The places that were passed over for one reason. */
export interface SkipGroup {
  readonly reason: string;
  readonly count: number;
  /** The first few of them. */
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** What was skipped, by reason, the most frequent first. */
export function groupSkips(report: Report): readonly SkipGroup[] {
  const places = new Map<string, string[]>();
  for (const skip of report.skips) {
    const group = places.get(skip.reason);
    if (group) group.push(formatPlace(skip));
    else places.set(skip.reason, [formatPlace(skip)]);
  }
  return [...places]
    .map(([reason, all]) => ({ reason, count: all.length, examples: all.slice(0, EXAMPLES) }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
