import { SEVERITIES } from '../../findings/severity.js';
import { renderRulesYaml } from '../plan/plan-terminal.js';
import { sayNetwork } from '../run/probe-words.js';
import { renderStep } from '../run/run-terminal.js';
import { paintWith, SEVERITY_STYLE, type Paint, type TerminalOptions } from '../terminal-paint.js';
import { singleLine } from '../text.js';
import { renderByHand } from './by-hand-forms.js';
import {
  hasFailed,
  type ReportItem,
  type ReportRollbackFinding,
  type RollbackReport,
} from './rollback-report.js';

type Lines = readonly string[];

/** Objects and fields that are shown; report.json has all. */
const MOST_ITEMS = 100;
const MOST_FIELDS = 5;

/** A rollback as text for a terminal: what stops it first, how it ended in the last lines. */
export function renderRollbackTerminal(report: RollbackReport, options: TerminalOptions): string {
  const paint = paintWith(options.colour);
  const blocks: readonly Lines[] = [
    header(report),
    ...SEVERITIES.map((severity) =>
      renderFindings(
        report.findings.filter((one) => one.severity === severity),
        paint,
      ),
    ),
    renderItems(report.restored, paint),
    report.stages.length === 0 ? renderSteps(report, paint) : renderStages(report, paint),
    renderRules(report, paint),
    renderByHand(report.byHand),
    report.probes === null ? [] : [`network     ${singleLine(sayNetwork(report.probes))}`],
    [
      ...(report.wayOut === '' ? [] : [singleLine(report.wayOut)]),
      ...(report.again === null ? [] : [`  ${singleLine(report.again.command)}`]),
      paint(singleLine(report.summary), hasFailed(report) ? 'red' : 'green'),
    ],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function header({ cluster, backup, plan }: RollbackReport): Lines {
  const { calico } = cluster;
  const goesOn = plan.goesOnWith;
  return [
    `cluster     ${cluster.server} (${cluster.uid})`,
    `runs        ${calico ? `Calico ${calico.version ?? 'unknown'} by ${calico.method}, variant ${calico.variant}` : 'no Calico'} on Kubernetes ${cluster.kubernetes}`,
    `bundle      ${backup.place}: Calico ${backup.calico || 'unknown'} by ${backup.method}, variant ${backup.variant}, made ${backup.createdAt}`,
    ...(goesOn ? [`goes on     with what ${goesOn.run} began ${goesOn.startedAt}`] : []),
  ].map(singleLine);
}

function renderFindings(findings: readonly ReportRollbackFinding[], paint: Paint): Lines {
  return findings.flatMap((one) => [
    `${paint(one.severity === 'error' ? `blocker (${one.weight})` : one.severity, SEVERITY_STYLE[one.severity])} ${one.code}  ${singleLine(one.message)}`,
    `    ${singleLine(one.remedy)}`,
    ...(one.source === null ? [] : [paint(`    ${singleLine(one.source)}`, 'dim')]),
  ]);
}

function renderItems(items: readonly ReportItem[], paint: Paint): Lines {
  if (items.length === 0) return [];
  const more = items.length - MOST_ITEMS;
  return [
    paint('objects', 'bold'),
    ...items.slice(0, MOST_ITEMS).flatMap((item) => renderItem(item, paint)),
    ...(more > 0 ? [paint(`  … and ${more} more; report.json lists all`, 'dim')] : []),
  ];
}

function renderItem({ object, action, why, fields }: ReportItem, paint: Paint): Lines {
  const more = fields.length - MOST_FIELDS;
  return [
    `  ${action.padEnd(8)} ${singleLine(object)}${why === '' ? '' : paint(`  ${singleLine(why)}`, 'dim')}`,
    ...fields
      .slice(0, MOST_FIELDS)
      .map(({ field, before, after }) =>
        paint(`             ${singleLine(field)}: ${before || '(nothing)'} → ${after || '(nothing)'}`, 'dim'),
      ),
    ...(more > 0 ? [paint(`             … and ${more} more fields`, 'dim')] : []),
  ];
}

function renderSteps({ plan }: RollbackReport, paint: Paint): Lines {
  if (plan.steps.length === 0) return [];
  return [
    paint('steps', 'bold'),
    ...plan.steps.map(
      ({ stage, title, writes }, index) =>
        `  ${String(index + 1).padStart(2)}. ${stage}: ${singleLine(title)}${writes === 0 ? '' : ` (${writes} objects)`}`,
    ),
  ];
}

function renderStages({ stages }: RollbackReport, paint: Paint): Lines {
  return [paint('steps', 'bold'), ...stages.flatMap((step) => renderStep(step, paint))];
}

function renderRules({ plan }: RollbackReport, paint: Paint): Lines {
  if (plan.missingRules.length === 0) return [];
  return [paint('rules that the account lacks', 'bold'), ...renderRulesYaml(plan.missingRules)];
}
