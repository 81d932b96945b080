import { formatVersion } from '../../version/version.js';
import type { Disruption } from '../../connectivity/monitor/disruption.js';
import type { NetworkTestResult } from '../../connectivity/results.js';
import type { AloneResult } from '../../connectivity/test-alone.js';
import type { StepResult } from '../../upgrade/engine/step.js';
import type { RollbackOutcome } from '../../upgrade/restore/run-rollback.js';
import type { UpgradeOutcome } from '../../upgrade/run-upgrade.js';
import { hideCredentials } from '../../text/credentials.js';
import { buildPlanReport, type PlanReport } from '../plan/plan-report.js';
import type { Result } from '../report.js';
import { type ByHand, byHand } from '../rollback/by-hand.js';
import {
  type ReportItem,
  reportItem,
  type ReportRollbackFinding,
  reportRollbackFinding,
} from '../rollback/rollback-report.js';
import { type ReportCheck, reportChecks } from '../run/hop-checks.js';
import { reportProbes } from '../run/report-probes.js';
import { type PartStep, reportStep } from '../run/report-step.js';
import { type RunPlace, type WayBack, wayBack } from '../run/way-back.js';
import { reportDisruption } from './report-disruption.js';
import { calicoBefore, headlineOf, nextOf, summaryOf } from './upgrade-words.js';

/** What `report.json` of an upgrade holds: the plan, and what came of it. Plain data; no secrets. */
export interface UpgradeReport extends Omit<PlanReport, 'mode' | 'networkFault'> {
  readonly mode: 'upgrade';
  readonly stages: readonly PartStep[];
  /** What was held to what it was before, after each hop. */
  readonly checks: readonly ReportCheck[];
  /** What the network test found; null where it did not run. */
  readonly probes: NetworkTestResult | null;
  /**
   * What works no more once it failed, whether it went back or not, or does not work and nobody knows since when; null
   * where nothing is known to.
   */
  readonly networkFault: string | null;
  /** What held connections went through; null where none were held. */
  readonly disruption: Disruption | null;
  /** null where none was made. */
  readonly backup: {
    readonly directory: string;
    readonly artifact: string | null;
    readonly createdAt: string;
    /** How to have it put back. */
    readonly wayBack: WayBack;
  } | null;
  /** What going back by itself came to; null where it did not. */
  readonly rollback: {
    readonly verdict: RollbackOutcome['plan']['verdict'];
    readonly summary: string;
    readonly findings: readonly ReportRollbackFinding[];
  } | null;
  /** What is left to be done by hand where going back did not come to its end; null where nothing is. */
  readonly byHand: ByHand | null;
  /** What going back put back or let stay; empty where it did not. */
  readonly restored: readonly ReportItem[];
  /** Calico before anything was changed, by this run or the one that it goes on with; empty where it is not known. */
  readonly calicoBefore: string;
  /** Calico that runs afterwards; null where nothing was done, or it is not known. */
  readonly calicoAfter: string | null;
  /** How it ended, in a few words. */
  readonly headline: string;
  /** How it ended, in one line. */
  readonly summary: string;
  /** What to do now, in a sentence or two. */
  readonly next: string;
  /** How to go on or back where it did not end well; empty otherwise. */
  readonly wayOut: string;
}

export interface UpgradeReportOptions {
  readonly force: boolean;
  readonly result: Result;
  readonly place: RunPlace;
  /** null where the network was not tested. */
  readonly network?: AloneResult | null;
  readonly disruption?: Disruption | null;
}

export function buildUpgradeReport(outcome: UpgradeOutcome, options: UpgradeReportOptions): UpgradeReport {
  const { plan, hops, rollback, backup, after } = outcome;
  const { force, result, network } = options;
  const { probes = null, fault = null } = network ?? {};
  const networkFault = fault === null ? null : hideCredentials(fault);
  const running = after?.calico?.versions.running;
  const stepsOf = (hop: string, results: readonly StepResult[]): PartStep[] =>
    results.map((result) => ({ hop, ...reportStep(result) }));
  const wayOut = rollback && rollback.ended !== 'done' ? rollback.wayOut || outcome.wayOut : outcome.wayOut;
  return {
    ...buildPlanReport(plan, { force, result }),
    mode: 'upgrade',
    stages: [
      ...hops.flatMap(({ to, results }) => stepsOf(`Calico ${formatVersion(to)}`, results)),
      ...stepsOf('back', rollback?.results ?? []),
    ],
    checks: reportChecks(hops),
    probes: probes && reportProbes(probes),
    networkFault,
    disruption: options.disruption ? reportDisruption(options.disruption) : null,
    backup: backup && {
      directory: backup.directory,
      artifact: backup.artifact,
      createdAt: backup.createdAt,
      wayBack: wayBack(backup, options.place),
    },
    rollback: rollback && {
      verdict: rollback.plan.verdict,
      summary: hideCredentials(rollback.reason || rollback.plan.summary),
      findings: rollback.plan.findings.map((finding) => reportRollbackFinding(finding, force)),
    },
    byHand: rollback && backup && byHand(rollback, wayBack(backup, options.place)),
    restored: rollback?.plan.restoration.items.map(reportItem) ?? [],
    calicoBefore: calicoBefore(plan),
    calicoAfter: running ? formatVersion(running) : null,
    headline: headlineOf(outcome, result, wayOut),
    summary: hideCredentials(summaryOf(outcome, networkFault)),
    next: nextOf(outcome, result, wayOut),
    wayOut,
  };
}
