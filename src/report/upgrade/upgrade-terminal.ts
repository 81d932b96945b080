import { without } from '../../cluster/fields.js';
import type { PlanReport } from '../plan/plan-report.js';
import { renderPlanTerminal } from '../plan/plan-terminal.js';
import { renderByHand } from '../rollback/by-hand-forms.js';
import { sayNetwork } from '../run/probe-words.js';
import { renderStep } from '../run/run-terminal.js';
import { paintWith, type TerminalOptions } from '../terminal-paint.js';
import { singleLine } from '../text.js';
import { isFailure } from '../verdict.js';
import { renderDisruptionTerminal } from './report-disruption.js';
import type { UpgradeReport } from './upgrade-report.js';

/** The plan that was carried out, as the plan's own form shows it. */
function planOf(report: UpgradeReport): PlanReport {
  return { ...without(report, 'networkFault'), mode: 'plan' };
}

/** An upgrade as text for a terminal: the plan, what was done, how to go back, and how it ended in the last lines. */
export function renderUpgradeTerminal(report: UpgradeReport, options: TerminalOptions): string {
  const paint = paintWith(options.colour);
  const { stages, probes, disruption, backup, next, summary, headline, result } = report;
  const style = isFailure(result) ? 'red' : 'green';
  const blocks: readonly (readonly string[])[] = [
    stages.flatMap((step) => renderStep(step, paint, `${step.hop}  `)),
    probes === null ? [] : [`network     ${singleLine(sayNetwork(probes))}`],
    disruption === null ? [] : renderDisruptionTerminal(disruption),
    backup === null
      ? []
      : [
          `backup      ${backup.artifact ?? backup.directory}, made ${backup.createdAt}; back to it goes`,
          `  ${singleLine(backup.wayBack.command)}`,
        ],
    renderByHand(report.byHand),
    [paint(singleLine(summary), style), `${paint(headline, style)}. Now: ${singleLine(next)}`],
  ];
  const shown = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${renderPlanTerminal(planOf(report), options)}\n${shown.join('\n\n')}\n`;
}
