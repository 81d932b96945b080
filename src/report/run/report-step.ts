import type { StepResult } from '../../upgrade/engine/step.js';
import { hideCredentials } from '../../text/credentials.js';
import { formatDuration } from '../plan/format-duration.js';
import { singleLine } from '../text.js';

/** A step that was begun, as report.json has it. */
export interface ReportStep {
  readonly stage: string;
  readonly title: string;
  readonly outcome: StepResult['outcome'];
  readonly written: number;
  readonly seconds: number;
  readonly reason: string;
  /** Log lines and events of what failed, by title; nothing in them looks like a credential. */
  readonly evidence: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

/** A step, and the part of the run that it belongs to: `Calico v3.31.7`, `back`. */
export interface PartStep extends ReportStep {
  readonly hop: string;
}

export function reportStep({ stage, title, outcome, written, ms, reason, evidence }: StepResult): ReportStep {
  return {
    stage,
    title,
    outcome,
    written,
    seconds: Math.round(ms / 100) / 10,
    reason: hideCredentials(reason),
    evidence: evidence.map((one) => ({ title: one.title, lines: one.lines.map(hideCredentials) })),
  };
}

/** `node: wave 2 of 5, workers: 10 nodes (0 written, 31 s)`. */
export function describeStep({ stage, title, written, seconds }: Omit<ReportStep, 'evidence'>): string {
  return `${stage}: ${singleLine(title)} (${written} written, ${formatDuration(seconds)})`;
}

/** What is said at once where a step is over: a line of the log. */
export function stepLine(result: StepResult): string {
  const step = reportStep(result);
  const why = step.reason === '' ? '' : `: ${singleLine(step.reason)}`;
  return `${step.outcome === 'done' ? '✓' : '✗'} ${describeStep(step)}${why}`;
}
