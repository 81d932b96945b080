import { SEVERITIES } from '../../findings/severity.js';
import { layTable } from '../terminal-table.js';
import { paintWith, SEVERITY_STYLE, type Paint, type TerminalOptions } from '../terminal-paint.js';
import { singleLine } from '../text.js';
import { ALL_WORKS, sayNetwork } from '../run/probe-words.js';
import { formatDuration } from './format-duration.js';
import type { PlanReport, ReportPreflightFinding } from './plan-report.js';

type Lines = readonly string[];
type HopReport = PlanReport['plan']['hops'][number];

/** The plan as text for a terminal: what stops it first, the verdict in the last line. */
export function renderPlanTerminal(report: PlanReport, options: TerminalOptions): string {
  const paint = paintWith(options.colour);
  const blocks: readonly Lines[] = [
    renderCluster(report),
    ...SEVERITIES.map((severity) => report.findings.filter((one) => one.severity === severity)).map((found) =>
      renderFindings(found, paint),
    ),
    renderPath(report, paint),
    ...report.plan.hops.map((hop) => renderHop(hop, options.width, paint)),
    renderImages(report, paint),
    renderRules(report, paint),
    [
      paint(report.plan.summary, report.plan.verdict === 'blocked' ? 'red' : 'green'),
      ...renderNetwork(report, paint),
    ],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function renderNetwork({ probes, networkFault }: PlanReport, paint: Paint): Lines {
  if (networkFault === undefined) return [];
  return [
    ...(probes === null ? [] : [`network: ${singleLine(sayNetwork(probes))}`]),
    paint(`network: ${singleLine(networkFault ?? ALL_WORKS)}`, networkFault === null ? 'green' : 'red'),
  ];
}

function renderCluster({ cluster }: PlanReport): Lines {
  const { calico } = cluster;
  const nodes = `${cluster.nodes.length} nodes, ${cluster.nodes.filter(({ ready }) => ready).length} ready`;
  const lines = [
    `cluster     ${cluster.server} (${cluster.uid})`,
    `kubernetes  ${cluster.kubernetes}, ${nodes}, kube-proxy ${cluster.kubeProxy}`,
  ];
  if (!calico) return lines;
  return [
    ...lines,
    `calico      ${calico.version ?? 'unknown'} by ${calico.method}, variant ${calico.variant}, dataplane ${calico.dataplane}, datastore ${calico.datastore}`,
    `            ${singleLine(calico.explanation)}`,
  ];
}

function renderFindings(findings: readonly ReportPreflightFinding[], paint: Paint): Lines {
  return findings.flatMap((one) => [
    `${paint(one.severity === 'error' ? `blocker (${one.weight})` : one.severity, SEVERITY_STYLE[one.severity])} ${one.code}  ${singleLine(one.message)}`,
    `    ${singleLine(one.remedy)}`,
    ...one.evidence
      .slice(0, 3)
      .map(({ object, field, value }) =>
        paint(`    ${object}${field === '' ? '' : ` ${field}`}${value === '' ? '' : ` = ${value}`}`, 'dim'),
      ),
    ...(one.source === null ? [] : [paint(`    ${one.source}`, 'dim')]),
  ]);
}

function renderPath({ plan }: PlanReport, paint: Paint): Lines {
  if (plan.path.length === 0) return [];
  return [
    paint('path', 'bold'),
    ...plan.path.map(
      ({ component, to, support, because }, index) =>
        `  ${index + 1}. ${component === 'calico' ? `Calico ${to.calico} (on Kubernetes ${to.kubernetes})` : `Kubernetes ${to.kubernetes} (with Calico ${to.calico})`}, ${support}: ${because}`,
    ),
  ];
}

function renderHop(hop: HopReport, width: number, paint: Paint): Lines {
  const time =
    hop.estimateSeconds === null ? 'time not known' : `about ${formatDuration(hop.estimateSeconds)}`;
  const rows = hop.stages.map(({ name, changes, estimateSeconds }) => [
    name,
    String(changes.filter(({ action }) => action === 'create').length),
    String(changes.filter(({ action }) => action === 'update').length),
    String(changes.filter(({ action }) => action === 'unchanged').length),
    estimateSeconds === null ? '-' : formatDuration(estimateSeconds),
  ]);
  const columns = ['STAGE', 'CREATES', 'UPDATES', 'UNCHANGED', 'TIME'].map((heading) => ({
    heading,
    gone: 'end' as const,
    shrinks: false,
  }));
  const refused = hop.stages
    .flatMap(({ changes }) => changes)
    .filter(({ dryRun }) => dryRun === 'refused' || dryRun === 'unanswered');
  return [
    paint(`Calico ${hop.from.calico} → ${hop.to.calico}, ${time}`, 'bold'),
    ...(rows.length === 0 ? [] : layTable(columns, rows, width, (cell) => cell)).map((line) => `  ${line}`),
    ...refused.map(({ object, dryRun, note }) => `  ${paint(dryRun, 'red')} ${object}: ${singleLine(note)}`),
    ...renderWaves(hop),
    ...renderCustomisations(hop, paint),
    ...hop.irreversible.map(({ text }) => `  ${paint('cannot be undone', 'yellow')} ${singleLine(text)}`),
  ];
}

function renderWaves({ waves, leftOut, choosesNodes }: HopReport): Lines {
  const [canary, ...rest] = waves;
  if (!canary) return [];
  const widest = Math.max(0, ...rest.map(({ nodes }) => nodes.length));
  const canaries = `${canary.nodes.slice(0, 5).join(', ')}${canary.nodes.length > 5 ? ` and ${canary.nodes.length - 5} more` : ''}`;
  return [
    choosesNodes
      ? `  waves: canary ${canaries}; then ${rest.length} more of up to ${widest} nodes`
      : `  waves: the operator chooses the nodes: ${canary.nodes.length} at first, then up to ${Math.max(1, widest)} at a time`,
    ...leftOut.slice(0, 5).map(({ node, reason }) => `  left out: ${node} (${reason})`),
  ];
}

function renderCustomisations({ customisations, upstreamChanges }: HopReport, paint: Paint): Lines {
  if (upstreamChanges === null) return ['  customisations: not known, upstream’s files could not be had'];
  return [
    `  customisations: ${customisations.length}; upstream changed ${upstreamChanges} fields by itself`,
    ...customisations.map(({ object, field, upstream, live, target, outcome, reason }) => {
      const style = outcome === 'conflicting' ? 'red' : outcome === 'dropped' ? 'yellow' : 'green';
      const values =
        outcome === 'conflicting'
          ? `${live || '(removed)'} against ${target || '(removed)'}`
          : `${live || '(removed)'}${upstream === '' ? '' : ` in place of ${upstream}`}`;
      return `    ${paint(outcome, style)} ${object} ${field} = ${values}${reason === null ? '' : ` (${singleLine(reason)})`}`;
    }),
  ];
}

function renderImages({ plan }: PlanReport, paint: Paint): Lines {
  if (plan.images.length === 0) return [];
  return [
    paint('images to be pulled, or to be in your registry', 'bold'),
    ...plan.images.map(
      ({ image, onNodes }) =>
        `  ${singleLine(image)}${onNodes === 0 ? '' : `, on ${onNodes} ${onNodes === 1 ? 'node' : 'nodes'} already`}`,
    ),
  ];
}

function renderRules({ plan }: PlanReport, paint: Paint): Lines {
  if (plan.missingRules.length === 0) return [];
  return [
    paint('rules that the account lacks, for a ClusterRole', 'bold'),
    ...renderRulesYaml(plan.missingRules),
  ];
}

/** The rules as they stand in a ClusterRole. */
export function renderRulesYaml(rules: PlanReport['plan']['missingRules']): Lines {
  const list = (values: readonly string[]): string =>
    `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: ClusterRole',
    'metadata:',
    '  name: calico-upgrade-action',
    'rules:',
    ...rules.map(
      ({ apiGroups, resources, verbs }) =>
        `  - { apiGroups: ${list(apiGroups)}, resources: ${list(resources)}, verbs: ${list(verbs)} }`,
    ),
  ];
}
