import type { Paint } from '../terminal-paint.js';
import { singleLine } from '../text.js';
import { describeStep, type ReportStep } from './report-step.js';

/** Evidence is shown as far as that: report.json has all. */
const MOST_LINES = 20;

/** A step that was begun as lines for a terminal: how it ended, why, and what the cluster says about it. */
export function renderStep(step: ReportStep, paint: Paint, before = ''): readonly string[] {
  const { outcome, reason, evidence } = step;
  return [
    `  ${paint(outcome, outcome === 'done' ? 'green' : 'red')} ${before}${describeStep(step)}`,
    ...(reason === '' ? [] : [`    ${singleLine(reason)}`]),
    ...evidence.flatMap(({ title, lines }) => [
      `    ${singleLine(title)}`,
      ...lines.slice(-MOST_LINES).map((line) => paint(`      ${singleLine(line)}`, 'dim')),
    ]),
  ];
}
