import { formatVersion } from '../../version/version.js';
import type { StepResult } from '../../upgrade/engine/step.js';
import type { UpgradeOutcome } from '../../upgrade/run-upgrade.js';
import { buildPlanReport, type PlanReport } from '../plan/plan-report.js';
import type { Result } from '../report.js';
import { type ReportStep, reportStep } from '../rollback/rollback-report.js';

/** A step of a hop, or of the way back. */
export interface ReportUpgradeStep extends ReportStep {
  /** `Calico v3.31.7`, `back`. */
  readonly hop: string;
}

/** What `report.json` of an upgrade holds: the plan, and what came of it. Plain data; no secrets. */
export interface UpgradeReport extends Omit<PlanReport, 'mode'> {
  readonly mode: 'upgrade';
  readonly stages: readonly ReportUpgradeStep[];
  /** null where none was made. */
  readonly backup: {
    readonly directory: string;
    readonly artifact: string | null;
    readonly createdAt: string;
  } | null;
  /** Calico that runs afterwards; null where nothing was done, or it is not known. */
  readonly calicoAfter: string | null;
  /** How it ended, in one line. */
  readonly summary: string;
  /** How to go on or back where it did not end well; empty otherwise. */
  readonly wayOut: string;
}

export function buildUpgradeReport(
  outcome: UpgradeOutcome,
  options: { readonly force: boolean; readonly result: Result },
): UpgradeReport {
  const { plan, hops, rollback, backup, after } = outcome;
  const running = after?.calico?.versions.running;
  const stepsOf = (hop: string, results: readonly StepResult[]): ReportUpgradeStep[] =>
    results.map((result) => ({ hop, ...reportStep(result) }));
  return {
    ...buildPlanReport(plan, options),
    mode: 'upgrade',
    stages: [
      ...hops.flatMap(({ to, results }) => stepsOf(`Calico ${formatVersion(to)}`, results)),
      ...stepsOf('back', rollback?.results ?? []),
    ],
    backup: backup && {
      directory: backup.directory,
      artifact: backup.artifact,
      createdAt: backup.createdAt,
    },
    calicoAfter: running ? formatVersion(running) : null,
    summary: summaryOf(outcome),
    wayOut: rollback && rollback.ended !== 'done' ? rollback.wayOut || outcome.wayOut : outcome.wayOut,
  };
}

function summaryOf({ plan, ended, reason, hops, rollback }: UpgradeOutcome): string {
  const last = hops.at(-1)?.to;
  switch (ended) {
    case 'not-run':
      return plan.summary;
    case 'done':
      return `upgraded: Calico ${last ? formatVersion(last) : ''} runs everywhere.`;
    case 'interrupted':
      return `interrupted: ${reason}`;
    case 'failed':
      if (rollback === null) return `failed: ${reason}`;
      return rollback.ended === 'done'
        ? `failed, and went back: ${reason}`
        : `failed, and going back failed too: ${reason} Then: ${rollback.reason || rollback.plan.summary}`;
  }
}
