import { renderPage, sourceLink, table } from '../html-page.js';
import { escapeHtml } from '../markup.js';
import { formatCounts, isFailure } from '../verdict.js';
import { probesHtml } from '../run/probe-html.js';
import { ALL_WORKS } from '../run/probe-words.js';
import { formatDuration } from './format-duration.js';
import type { PlanReport, ReportPreflightFinding } from './plan-report.js';
import { renderRulesYaml } from './plan-terminal.js';

type HopReport = PlanReport['plan']['hops'][number];

/** The plan as one HTML page that loads nothing and runs nothing. */
export function renderPlanHtml(report: PlanReport): string {
  return renderPage({
    title: 'Calico upgrade plan',
    verdict: [report.plan.summary, ...networkWords(report)].join(' '),
    isFailure: isFailure(report.result),
    body: `${probesHtml(report.probes)}${planBody(report)}`,
  });
}

function networkWords({ networkFault }: PlanReport): readonly string[] {
  return networkFault === undefined ? [] : [`Network: ${networkFault ?? ALL_WORKS}`];
}

/** What a plan says, as HTML. */
export function planBody(report: Pick<PlanReport, 'cluster' | 'findings' | 'plan'>): string {
  return [
    clusterTable(report),
    findingTable(report),
    pathTable(report),
    ...report.plan.hops.flatMap((hop) => [
      customisationTable(hop),
      lossTable(hop),
      stageTable(hop),
      changeTable(hop),
    ]),
    imageTable(report),
    rules(report),
  ].join('');
}

function clusterTable({ cluster }: Pick<PlanReport, 'cluster'>): string {
  const { calico } = cluster;
  const facts: readonly (readonly [string, string])[] = [
    ['Server', cluster.server],
    ['Kubernetes', `${cluster.kubernetes}, ${cluster.nodes.length} nodes, kube-proxy ${cluster.kubeProxy}`],
    [
      'Calico',
      calico
        ? `${calico.version ?? 'of an unknown version'} by ${calico.method}, ${calico.variant}, ${calico.dataplane}`
        : 'none',
    ],
    ...(calico ? [['Versions', calico.explanation] as const] : []),
  ];
  return table(
    'Cluster',
    'What was read',
    ['What', 'Value'],
    facts.map((cells) => cells.map(escapeHtml)),
  );
}

function findingTable({ findings }: Pick<PlanReport, 'findings'>): string {
  const rows = findings.map((finding) => [
    `<span class="${finding.severity}">${finding.weight}</span>`,
    `<code>${escapeHtml(finding.code)}</code>`,
    `<p>${escapeHtml(finding.message)}</p><p>➜ ${escapeHtml(finding.remedy)}${sourceLink(finding.source)}</p>`,
    evidenceOf(finding),
  ]);
  const headings = ['Weight', 'Code', 'What, and what to do', 'Where'];
  return table('Findings', formatCounts(findings), headings, rows);
}

function evidenceOf({ evidence, moreEvidence }: ReportPreflightFinding): string {
  const places = evidence.map(
    ({ object, field, value }) =>
      `<p>${escapeHtml(object)} <code>${escapeHtml(field)}</code>${value === '' ? '' : ` = <code>${escapeHtml(value)}</code>`}</p>`,
  );
  return `${places.join('')}${moreEvidence === 0 ? '' : `<p>and ${moreEvidence} more</p>`}` || '–';
}

function pathTable({ plan }: Pick<PlanReport, 'plan'>): string {
  const rows = plan.path.map(({ component, to, support, because }) => [
    component === 'calico' ? `Calico ${escapeHtml(to.calico)}` : `Kubernetes ${escapeHtml(to.kubernetes)}`,
    `<span class="${support}">${support}</span>`,
    escapeHtml(because),
  ]);
  return table('Path', 'Hops, in their order', ['To', 'Support', 'Why'], rows);
}

function stageTable(hop: HopReport): string {
  const rows = hop.stages.map(({ name, summary, changes, estimateSeconds }) => [
    name,
    String(changes.filter(({ action }) => action !== 'unchanged').length),
    estimateSeconds === null ? '–' : formatDuration(estimateSeconds),
    escapeHtml(summary),
  ]);
  return table(
    titleOf(hop),
    'Stages, in their order',
    ['Stage', 'Objects changed', 'Time', 'What it does'],
    rows,
  );
}

function changeTable(hop: HopReport): string {
  const rows = hop.stages.flatMap(({ name, changes }) =>
    changes
      .filter(({ action }) => action !== 'unchanged')
      .map(({ object, action, dryRun, note, fields }) => [
        name,
        `${action} ${escapeHtml(object)}`,
        `${dryRun}${note === '' ? '' : `<p>${escapeHtml(note)}</p>`}`,
        fields
          .map(
            ({ field, before, after }) =>
              `<p><code>${escapeHtml(field)}</code>: <code>${escapeHtml(before || '∅')}</code> → <code>${escapeHtml(after || '∅')}</code></p>`,
          )
          .join('') || '–',
      ]),
  );
  const headings = ['Stage', 'Object', 'Tried without writing', 'Fields'];
  return table(`Changes of ${escapeHtml(hop.to.calico)}`, 'Object by object', headings, rows);
}

function customisationTable(hop: HopReport): string {
  const rows = hop.customisations.map(({ outcome, object, field, upstream, live, target, reason }) => [
    outcome,
    `${escapeHtml(object)} <code>${escapeHtml(field)}</code>`,
    ...[upstream, live, target].map((value) => (value === '' ? '–' : `<code>${escapeHtml(value)}</code>`)),
    escapeHtml(reason ?? '–'),
  ]);
  const headings = ['Outcome', 'Field', 'Upstream', 'Yours', 'Target', 'Why'];
  return table(`Your changes on the way to ${escapeHtml(hop.to.calico)}`, 'Field by field', headings, rows);
}

function lossTable(hop: HopReport): string {
  const rows = hop.irreversible.map(({ text, source }) => [`${escapeHtml(text)}${sourceLink(source)}`]);
  return table(`What cannot be undone of ${escapeHtml(hop.to.calico)}`, 'By going back', ['What'], rows);
}

function imageTable({ plan }: Pick<PlanReport, 'plan'>): string {
  const rows = plan.images.map(({ image, release, usedBy, onNodes }) => [
    `<code>${escapeHtml(image)}</code>`,
    escapeHtml(release),
    escapeHtml(usedBy.join(', ')),
    String(onNodes),
  ]);
  const headings = ['Image', 'Release', 'Used by', 'Nodes that hold it'];
  return table('Images', 'To be pulled, or to be in your registry', headings, rows);
}

function rules({ plan }: Pick<PlanReport, 'plan'>): string {
  if (plan.missingRules.length === 0) return '';
  const yaml = renderRulesYaml(plan.missingRules).map(escapeHtml).join('\n');
  return `<section>\n<h2>Rules that the account lacks</h2>\n<pre>${yaml}</pre>\n</section>\n`;
}

function titleOf({ from, to, estimateSeconds }: HopReport): string {
  const time = estimateSeconds === null ? '' : `, about ${formatDuration(estimateSeconds)}`;
  return escapeHtml(`Calico ${from.calico} → ${to.calico}${time}`);
}
