import { severityOf } from './severity-of.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import type { Evidence } from '../../cluster/evidence.js';
import type { Workload } from '../../cluster/workload-state.js';
import { nameOf } from '../../cluster/object-name.js';
import type { Severity } from '../../findings/severity.js';
import type { NetworkTestResult } from '../../connectivity/results.js';
import type { AloneResult } from '../../connectivity/test-alone.js';
import { hideCredentials } from '../../text/credentials.js';
import { sourceUrl } from '../../catalog/queries.js';
import type { PreflightFinding, Weight } from '../../upgrade/preflight/preflight.js';
import type { HopPlan, StagePlan, UpgradePlan } from '../../upgrade/plan/plan.js';
import { STAGE_SUMMARIES } from '../../upgrade/plan/stages.js';
import type { Hop } from '../../upgrade/path/hop.js';
import { formatMinor, formatVersion, type Version } from '../../version/version.js';
import type { Result } from '../report.js';
import { reportProbes } from '../run/report-probes.js';
import { showValue } from './show-value.js';

/** Where something was read, as report.json has it. */
export interface ReportEvidence {
  readonly object: string;
  readonly field: string;
  readonly value: string;
}

export interface ReportPreflightFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly weight: Weight;
  readonly message: string;
  readonly remedy: string;
  readonly source: string | null;
  readonly evidence: readonly ReportEvidence[];
  readonly moreEvidence: number;
}

/** What `report.json` of `plan` holds, and what its other forms are made from. Plain data; no secrets. */
export interface PlanReport {
  readonly schemaVersion: 1;
  readonly mode: 'plan';
  readonly result: Result;
  readonly clusters: readonly {
    readonly name: string;
    readonly paths: readonly string[];
    readonly kubernetes: readonly string[];
    readonly calico: readonly string[];
  }[];
  readonly pairs: readonly [];
  readonly detections: readonly [];
  readonly skips: readonly [];
  readonly findings: readonly ReportPreflightFinding[];
  readonly cluster: ReturnType<typeof reportCluster>;
  readonly plan: ReturnType<typeof reportPlan>;
  /** What the network test by itself found; null where it did not run. */
  readonly probes: NetworkTestResult | null;
  /** What does not work, or why that is not known; null where all works. Left out where nobody asked. */
  readonly networkFault?: string | null;
}

/** Makes the report of a `plan` run. */
export function buildPlanReport(
  plan: UpgradePlan,
  options: { readonly force: boolean; readonly result: Result; readonly network?: AloneResult | null },
): PlanReport {
  const { state } = plan;
  const running = plan.calico?.versions.running;
  return {
    schemaVersion: 1,
    mode: 'plan',
    result: options.result,
    clusters: [
      {
        name: state.server,
        paths: [],
        kubernetes: [formatVersion(state.kubernetes.version)],
        calico: running ? [formatVersion(running)] : [],
      },
    ],
    pairs: [],
    detections: [],
    skips: [],
    findings: plan.findings.map((one) => reportFinding(one, options.force)),
    cluster: reportCluster(state),
    plan: reportPlan(plan),
    probes: options.network?.probes ? reportProbes(options.network.probes) : null,
    ...(options.network ? { networkFault: faultOf(options.network) } : {}),
  };
}

function faultOf({ fault }: AloneResult): string | null {
  return fault && hideCredentials(fault);
}

function reportFinding(one: PreflightFinding, force: boolean): ReportPreflightFinding {
  const { code, weight, message, remedy, source, evidence, more } = one;
  return {
    code,
    severity: severityOf(weight, force),
    weight,
    message,
    remedy,
    source,
    evidence: evidence.map(reportEvidence),
    moreEvidence: more,
  };
}

function reportEvidence({ object, field, value }: Evidence): ReportEvidence {
  return { object: nameOf(object), field, value: showValue(field, value) };
}

/** A cluster as report.json has it. */
export function reportCluster(state: ClusterState) {
  return {
    uid: state.uid,
    server: state.server,
    kubernetes: state.kubernetes.gitVersion,
    nodes: state.nodes.map((node) => ({
      name: node.name,
      kubelet: formatVersion(node.kubelet),
      os: node.osImage,
      kernel: node.kernel,
      architecture: node.architecture,
      runtime: node.runtime,
      ready: node.isReady,
      controlPlane: node.isControlPlane,
    })),
    kubeProxy: state.network.kubeProxy.mode,
    otherCnis: state.network.otherCnis.map(({ name }) => name),
    owners: state.owners.map(({ tool, evidence, source }) => ({
      tool,
      object: nameOf(evidence.object),
      source,
    })),
    unreadable: state.unreadable.map(({ resource, reason, hides }) => ({ resource, reason, hides })),
    calico: state.calico && reportCalico(state.calico),
  };
}

function reportCalico(calico: CalicoState) {
  const { components, versions } = calico;
  return {
    method: calico.method,
    variant: calico.variant,
    namespace: calico.namespace,
    datastore: calico.datastore,
    dataGroup: calico.dataGroup,
    dataplane: calico.dataplane,
    version: textOf(versions.running),
    verdict: versions.verdict,
    explanation: versions.explanation,
    readings: versions.readings.map(({ source, text, count }) => ({ source, text, count })),
    evidence: [...calico.methodEvidence, ...calico.variantEvidence].map(reportEvidence),
    components: Object.entries(components).flatMap(([name, workload]: [string, Workload | null]) =>
      workload
        ? [{ name, object: nameOf(workload.reference), desired: workload.desired, ready: workload.ready }]
        : [],
    ),
    pools: calico.config.pools.map(({ name, cidr, ipipMode, vxlanMode, disabled }) => ({
      name,
      cidr,
      ipipMode,
      vxlanMode,
      disabled,
    })),
    counts: calico.data.counts,
    applicationLayerPolicy: calico.applicationLayerPolicy.isInUse,
    applicationLayerNamespaces: calico.applicationLayerPolicy.namespaces,
    enabledControllers: components.kubeControllers?.enabledControllers ?? [],
    bgp: components.node?.bgp ?? null,
  };
}

function reportPlan(plan: UpgradePlan) {
  return {
    verdict: plan.verdict,
    summary: plan.summary,
    target: plan.target && { calico: formatVersion(plan.target.calico), because: plan.target.because },
    path: plan.path.kind === 'none' ? [] : plan.path.hops.map(reportHop),
    missingPairs:
      plan.path.kind === 'found'
        ? []
        : plan.path.missing.map(({ pair, support }) => ({
            kubernetes: formatMinor(pair.kubernetes),
            calico: formatVersion(pair.calico),
            support: support.support,
            reason: support.reason,
          })),
    hops: plan.hops.map(reportHopPlan),
    images: plan.images.map(({ image, release, usedBy, onNodes }) => ({
      image,
      release: formatVersion(release),
      usedBy,
      onNodes,
    })),
    missingRules: plan.missingRules,
  };
}

function reportHop({ component, from, to, support, because }: Hop) {
  return {
    component,
    from: { kubernetes: formatMinor(from.kubernetes), calico: formatVersion(from.calico) },
    to: { kubernetes: formatMinor(to.kubernetes), calico: formatVersion(to.calico) },
    support: support.support,
    because,
  };
}

function reportHopPlan(hop: HopPlan) {
  return {
    ...reportHop(hop.hop),
    estimateSeconds: hop.estimateMs === null ? null : Math.round(hop.estimateMs / 1000),
    choosesNodes: hop.choosesNodes,
    waves: hop.waves.waves,
    leftOut: hop.waves.leftOut,
    classes: hop.waves.classes,
    stages: hop.stages.map(reportStage),
    upstreamChanges: hop.upstreamChanges,
    customisations: hop.customisations.map(({ object, field, upstream, live, target, outcome, reason }) => ({
      object: nameOf(object),
      field,
      upstream: showValue(field, upstream),
      live: showValue(field, live),
      target: showValue(field, target),
      outcome,
      reason,
    })),
    irreversible: hop.irreversible.map(({ id, text, source }) => ({ id, text, source: sourceUrl(source) })),
  };
}

function reportStage({ name, changes, estimateMs }: StagePlan) {
  return {
    name,
    summary: STAGE_SUMMARIES[name],
    estimateSeconds: estimateMs === null ? null : Math.round(estimateMs / 1000),
    changes: changes.map(({ object, action, fields, dryRun, note }) => ({
      object: nameOf(object),
      action,
      dryRun,
      note,
      fields: fields.map(({ field, before, after }) => ({
        field,
        before: showValue(field, before),
        after: showValue(field, after),
      })),
    })),
  };
}

function textOf(version: Version | null): string | null {
  return version && formatVersion(version);
}
