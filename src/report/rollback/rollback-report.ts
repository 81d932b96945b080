import { nameOf } from '../../cluster/object-name.js';
import type { Severity } from '../../findings/severity.js';
import type { Weight } from '../../upgrade/preflight/preflight.js';
import type { RollbackFinding } from '../../upgrade/restore/rollback-finding.js';
import { isWritten, type RollbackPlan } from '../../upgrade/restore/plan-rollback.js';
import type { RestoreItem } from '../../upgrade/restore/restore-item.js';
import type { RollbackOutcome } from '../../upgrade/restore/run-rollback.js';
import type { NetworkTestResult } from '../../connectivity/results.js';
import type { AloneResult } from '../../connectivity/test-alone.js';
import { hideCredentials } from '../../text/credentials.js';
import { formatVersion } from '../../version/version.js';
import { reportCluster } from '../plan/plan-report.js';
import { severityOf } from '../plan/severity-of.js';
import { showValue } from '../plan/show-value.js';
import type { Result } from '../report.js';
import { reportProbes } from '../run/report-probes.js';
import { type PartStep, reportStep } from '../run/report-step.js';
import type { WayBack } from '../run/way-back.js';
import { type ByHand, byHand } from './by-hand.js';

export interface ReportRollbackFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly weight: Weight;
  readonly message: string;
  readonly remedy: string;
  readonly source: string | null;
}

/** What `report.json` of a rollback, or of the plan of one, holds, and what its other forms are made from. No secrets. */
export interface RollbackReport {
  readonly schemaVersion: 1;
  readonly mode: 'plan' | 'rollback';
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
  readonly findings: readonly ReportRollbackFinding[];
  readonly cluster: ReturnType<typeof reportCluster>;
  readonly backup: ReturnType<typeof reportBackup>;
  readonly plan: ReturnType<typeof reportPlan>;
  /** The steps that were begun; empty where nothing was done. */
  readonly stages: readonly PartStep[];
  /** What was written, or would be. */
  readonly restored: readonly ReportItem[];
  /** What the network test found before and after; null where it did not run. */
  readonly probes: NetworkTestResult | null;
  /** What works no more, or does not work and nobody knows since when; null where nothing is known to. */
  readonly networkFault: string | null;
  /** Calico that runs afterwards; null where nothing was done. */
  readonly calicoAfter: string | null;
  /** How it ended, in one line. */
  readonly summary: string;
  /** How to go on where it did not end well; empty otherwise. */
  readonly wayOut: string;
  /** What to do now, in a sentence or two. */
  readonly next: string;
  /** The same run once more, which goes on with it; null where there is nothing to go on with. */
  readonly again: WayBack | null;
  /** What is left to be done by hand where it did not come to its end; null where nothing is, or nobody is told how. */
  readonly byHand: ByHand | null;
}

export interface ReportItem {
  readonly object: string;
  readonly action: RestoreItem['action'];
  readonly stage: string;
  readonly why: string;
  readonly fields: readonly { readonly field: string; readonly before: string; readonly after: string }[];
}

export interface RollbackReportOptions {
  readonly mode: 'plan' | 'rollback';
  readonly force: boolean;
  readonly result: Result;
  /** The same run once more; left out where nobody is told. */
  readonly again?: WayBack;
  /** null where the network was not tested. */
  readonly network?: AloneResult | null;
}

/** Makes the report of a rollback; of `plan`, where nothing was done. */
export function buildRollbackReport(
  outcome: Pick<RollbackOutcome, 'plan' | 'ended' | 'results' | 'reason' | 'wayOut' | 'after'>,
  { mode, force, result, again, network = null }: RollbackReportOptions,
): RollbackReport {
  const networkFault = network?.fault == null ? null : hideCredentials(network.fault);
  const { plan, results, wayOut, after } = outcome;
  const { state, calico, items } = plan.restoration;
  const running = calico?.versions.running;
  const afterwards = after?.calico?.versions.running;
  return {
    schemaVersion: 1,
    mode,
    result,
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
    findings: plan.findings.map((finding) => reportRollbackFinding(finding, force)),
    cluster: reportCluster(state),
    backup: reportBackup(plan),
    plan: reportPlan(plan),
    stages: results.map((one) => ({ hop: 'back', ...reportStep(one) })),
    restored: items.map(reportItem),
    probes: network?.probes ? reportProbes(network.probes) : null,
    networkFault,
    calicoAfter: afterwards ? formatVersion(afterwards) : null,
    summary: summaryOf(outcome, networkFault),
    wayOut,
    next: nextOf(outcome, mode, { result, networkFault }),
    again: wayOut === '' ? null : (again ?? null),
    byHand: result === 'rollback-failed' && again !== undefined ? byHand(outcome, again) : null,
  };
}

/** What to do where all went back, and a path works no more. */
export const FIND_OUT_WHY =
  'Calico is what the bundle has, and there is nothing left to go back to: find out why these paths do not work, from what was seen on the first of them. Then run mode plan with network-test: always.';

/** A sentence for the end of a summary; empty where traffic flows. */
export function saysFault(networkFault: string | null): string {
  return networkFault === null ? '' : ` But traffic does not flow: ${networkFault}`;
}

function nextOf(
  { ended, wayOut }: Pick<RollbackOutcome, 'ended' | 'wayOut'>,
  mode: 'plan' | 'rollback',
  { result, networkFault }: Pick<RollbackReport, 'result' | 'networkFault'>,
): string {
  if (wayOut !== '') return wayOut;
  if (ended === 'done' && networkFault !== null) return FIND_OUT_WHY;
  if (ended === 'done') return 'Nothing: the cluster runs what the bundle has.';
  if (result === 'nothing-to-do') return 'Nothing.';
  if (result === 'failed') return 'Nothing was changed. Put right what the findings name, then run again.';
  if (ended === 'interrupted') return 'Nothing was changed. Run again.';
  return mode === 'plan' ? 'Nothing was changed. The mode rollback with the same bundle does it.' : '';
}

/** Whether it did not end well; having rolled back is what was asked for. */
export function hasFailed({ result }: Pick<RollbackReport, 'result'>): boolean {
  return result === 'failed' || result === 'rollback-failed';
}

function summaryOf(
  { plan, ended, reason, results }: Pick<RollbackOutcome, 'plan' | 'ended' | 'reason' | 'results'>,
  networkFault: string | null,
): string {
  const { index } = plan.restoration;
  const written = results.reduce((sum, one) => sum + one.written, 0);
  switch (ended) {
    case 'not-run':
      return plan.summary;
    case 'done':
      return `rolled back: Calico ${index.calico} as of ${index.createdAt}, ${written} objects written.${saysFault(networkFault)}`;
    case 'interrupted':
      return `interrupted: ${reason}`;
    case 'failed':
      return `failed: ${reason}`;
  }
}

/** A finding of a rollback as report.json has it. */
export function reportRollbackFinding(finding: RollbackFinding, force: boolean): ReportRollbackFinding {
  const { code, weight, message, remedy, source } = finding;
  return { code, severity: severityOf(weight, force), weight, message, remedy, source };
}

function reportBackup({ place, restoration: { index } }: RollbackPlan) {
  const { createdAt, run, calico, kubernetes, method, variant, secrets, leftOut } = index;
  return { place, createdAt, run, calico, kubernetes, method, variant, secrets, leftOut };
}

function reportPlan(plan: RollbackPlan) {
  return {
    verdict: plan.verdict,
    summary: plan.summary,
    compared: plan.restoration.compared,
    written: plan.restoration.items.filter(isWritten).length,
    steps: plan.steps.map(({ stage, title, writes, wave }) => ({
      stage,
      title,
      writes: writes.length,
      nodes: wave?.nodes ?? [],
    })),
    missingRules: plan.missingRules,
    goesOnWith: plan.earlier && {
      run: plan.earlier.run,
      startedAt: plan.earlier.startedAt,
      mode: plan.earlier.mode,
      stage: plan.earlier.stage,
      reason: plan.earlier.reason,
    },
  };
}

/** An object and what becomes of it, as report.json has it. */
export function reportItem({ object, action, stage, why, fields }: RestoreItem): ReportItem {
  return {
    object: nameOf(object),
    action,
    stage,
    why,
    fields: fields.map(({ field, before, after }) => ({
      field,
      before: showValue(field, before),
      after: showValue(field, after),
    })),
  };
}
