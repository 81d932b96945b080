import { fitSections, type Section } from '../fit.js';
import { code, escapeMarkdown, link, webAddress } from '../markdown.js';
import type { MarkdownLinks } from '../markdown-sections.js';
import { fixed, fold, hasText, list } from '../sections.js';
import { SUMMARY_LIMIT_BYTES } from '../summary.js';
import { probeSections } from '../run/probe-sections.js';
import { ALL_WORKS } from '../run/probe-words.js';
import { formatDuration } from './format-duration.js';
import { renderMermaid } from './plan-mermaid.js';
import type { PlanReport, ReportPreflightFinding } from './plan-report.js';
import { renderRulesYaml } from './plan-terminal.js';

type HopReport = PlanReport['plan']['hops'][number];

/** The plan as Markdown for the job summary: the verdict and what stops it first, within what GitHub takes. */
export function renderPlanSummary(
  report: PlanReport,
  links: MarkdownLinks,
  limitBytes: number = SUMMARY_LIMIT_BYTES,
): string {
  return fitSections(planSections(report, links), limitBytes, (text) => Buffer.byteLength(text));
}

function planSections(report: PlanReport, links: MarkdownLinks): readonly Section[] {
  const { plan, findings } = report;
  const isBad = plan.verdict === 'blocked' || report.networkFault != null;
  const sign = isBad ? '⛔' : plan.verdict === 'ready' ? '✅' : '💤';
  const title =
    report.networkFault === undefined ? 'Calico upgrade plan' : 'Calico upgrade plan, and network test';
  return [
    fixed(
      `## ${sign} ${title}\n\n**${escapeMarkdown(plan.summary)}**\n\n${networkLine(report)}${clusterLine(report)}\n`,
    ),
    list('Blockers', 1, findings.filter(({ severity }) => severity === 'error').map(findingRow)),
    ...probeSections(report.probes),
    list('Warnings', 3, findings.filter(({ severity }) => severity === 'warning').map(findingRow)),
    fixed(plan.path.length === 0 ? '' : `\n### Path\n\n${renderMermaid(plan.path, plan.hops)}\n`),
    list('', 2, plan.path.map(pathRow)),
    ...plan.hops.flatMap(hopSections),
    fold(list('Images to be pulled or mirrored', 5, plan.images.map(imageRow))),
    fold(list('Notices', 5, findings.filter(({ severity }) => severity === 'notice').map(findingRow))),
    rulesSection(plan.missingRules),
    fixed(links.runUrl === null ? '' : `\n${link('The run and its full report', links.runUrl)}\n`),
  ].filter(hasText);
}

/** What became of the network test, where it was asked for. */
function networkLine({ networkFault }: PlanReport): string {
  if (networkFault === undefined) return '';
  return `**${escapeMarkdown(`Network: ${networkFault ?? ALL_WORKS}`)}**\n\n`;
}

/** What a ClusterRole has to have besides, to be unfolded. */
export function rulesSection(rules: PlanReport['plan']['missingRules']): Section {
  if (rules.length === 0) return fixed('');
  const yaml = renderRulesYaml(rules).join('\n');
  return fixed(
    `\n<details><summary>Rules that the account lacks</summary>\n\n\`\`\`yaml\n${yaml}\n\`\`\`\n</details>\n`,
  );
}

/** What the cluster is, in one line. */
export function clusterLine({ cluster }: Pick<PlanReport, 'cluster'>): string {
  const { calico } = cluster;
  const what = calico
    ? `Calico ${calico.version ?? 'of an unknown version'} by ${calico.method} (${calico.variant}, ${calico.dataplane})`
    : 'no Calico';
  return escapeMarkdown(`Kubernetes ${cluster.kubernetes}, ${cluster.nodes.length} nodes, ${what}`);
}

/** A finding, with what to do about it. */
export function findingRow({
  code: name,
  weight,
  message,
  remedy,
  source,
  evidence,
}: ReportPreflightFinding): string {
  const where = evidence
    .slice(0, 3)
    .map(({ object, field, value }) =>
      code([object, field, value === '' ? '' : `= ${value}`].filter(Boolean).join(' ')),
    );
  const lines = [
    `**${name}** · ${weight}`,
    escapeMarkdown(message),
    `➜ ${escapeMarkdown(remedy)}`,
    where.join(' · '),
    webAddress(source) === null ? '' : link('Source', source),
  ];
  return `- ${lines.filter((line) => line !== '').join('<br>')}\n`;
}

/** An image, and who uses it. */
export function imageRow({ image, usedBy, onNodes }: PlanReport['plan']['images'][number]): string {
  const held = onNodes === 0 ? '' : `, on ${onNodes} ${onNodes === 1 ? 'node' : 'nodes'} already`;
  return `- ${code(image)}: ${escapeMarkdown(usedBy.join(', '))}${held}\n`;
}

/** A hop of the path. */
export function pathRow({ component, to, support, because }: PlanReport['plan']['path'][number]): string {
  const what = component === 'calico' ? `Calico ${to.calico}` : `Kubernetes ${to.kubernetes}`;
  return `1. **${what}** (${support}): ${escapeMarkdown(because)}\n`;
}

function hopSections(hop: HopReport): readonly Section[] {
  const time = hop.estimateSeconds === null ? '' : `, about ${formatDuration(hop.estimateSeconds)}`;
  const rows = hop.stages.map(({ name, changes, summary, estimateSeconds }) => {
    const written = changes.filter(({ action }) => action !== 'unchanged').length;
    const refused = changes.filter(({ dryRun }) => dryRun === 'refused').length;
    const marks = refused > 0 ? `${written} (${refused} refused)` : String(written);
    return `| ${name} | ${marks} | ${estimateSeconds === null ? '–' : formatDuration(estimateSeconds)} | ${escapeMarkdown(summary)} |\n`;
  });
  return [
    fixed(`\n### Calico ${hop.from.calico} → ${hop.to.calico}${time}\n`),
    rows.length === 0
      ? fixed('')
      : {
          ...list('', 2, rows),
          head: '\n| Stage | Objects changed | Time | What it does |\n|---|---|---|---|\n',
        },
    list('Your changes', 2, hop.customisations.map(customisationRow)),
    list('Cannot be undone', 2, hop.irreversible.map(lossRow)),
    fold(list(`Changes of ${hop.to.calico}, object by object`, 6, hop.stages.flatMap(changeRows))),
  ];
}

/** What going back does not bring back. */
export function lossRow({ text, source }: HopReport['irreversible'][number]): string {
  return `- ${link(escapeMarkdown(text), source)}\n`;
}

/** A change of the user's, and what becomes of it. */
export function customisationRow({
  outcome,
  object,
  field,
  upstream,
  live,
  target,
  reason,
}: HopReport['customisations'][number]): string {
  const sign = outcome === 'kept' ? '✅' : outcome === 'dropped' ? '🗑️' : '⚠️';
  const values =
    outcome === 'conflicting'
      ? `${code(live || '(removed)')} against upstream’s ${code(target || '(removed)')}`
      : `${code(live || '(removed)')}${upstream === '' ? '' : ` in place of ${code(upstream)}`}`;
  return `- ${sign} ${outcome}: ${escapeMarkdown(object)} ${code(field)} ${values}${reason === null ? '' : `: ${escapeMarkdown(reason)}`}\n`;
}

/** What a stage does to its objects. */
export function changeRows({ name, changes }: HopReport['stages'][number]): readonly string[] {
  return changes
    .filter(({ action }) => action !== 'unchanged')
    .map(({ object, action, fields, note }) => {
      const shown = fields
        .slice(0, 8)
        .map(({ field, before, after }) => `<br>${code(`${field}: ${before || '∅'} → ${after || '∅'}`)}`);
      const rest = fields.length > 8 ? `<br>… ${fields.length - 8} more fields` : '';
      return `- ${name}: ${action} ${escapeMarkdown(object)}${note === '' ? '' : ` (${escapeMarkdown(note)})`}${shown.join('')}${rest}\n`;
    });
}
