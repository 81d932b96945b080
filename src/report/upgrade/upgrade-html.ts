import { renderPage, sourceLink, table } from '../html-page.js';
import { escapeHtml } from '../markup.js';
import { planBody } from '../plan/plan-html.js';
import { byHandHtml } from '../rollback/by-hand-forms.js';
import { checksHtml } from '../run/hop-checks.js';
import { probesHtml } from '../run/probe-html.js';
import { evidenceHtml, nextHtml, timelineHtml, wayBackHtml } from '../run/run-html.js';
import { isFailure } from '../verdict.js';
import { renderDisruptionHtml } from './report-disruption.js';
import type { UpgradeReport } from './upgrade-report.js';

/** An upgrade as one HTML page that loads nothing and runs nothing: how it ended first, the plan last. */
export function renderUpgradeHtml(report: UpgradeReport): string {
  return renderPage({
    title: report.headline,
    verdict: report.summary,
    isFailure: isFailure(report.result),
    body: [
      nextHtml(report.next),
      versions(report),
      timelineHtml(report.stages),
      report.disruption === null ? '' : renderDisruptionHtml(report.disruption),
      evidenceHtml(report.stages),
      checksHtml(report.checks),
      probesHtml(report.probes),
      backup(report),
      byHandHtml(report.byHand),
      wayBackFindings(report),
      planBody(report),
      restored(report),
    ].join(''),
  });
}

function versions({ cluster, calicoBefore, calicoAfter, plan }: UpgradeReport): string {
  return table(
    'Versions',
    'Before the upgrade, and after',
    ['What', 'Before', 'Target', 'After'],
    [
      ['Calico', calicoBefore || 'unknown', plan.target?.calico ?? '–', calicoAfter ?? 'not read'],
      ['Kubernetes', cluster.kubernetes, '–', cluster.kubernetes],
    ].map((cells) => cells.map(escapeHtml)),
  );
}

function backup({ backup: made }: UpgradeReport): string {
  if (made === null) return '';
  const place = made.artifact === null ? `Directory ${made.directory}` : `Artifact ${made.artifact}`;
  return wayBackHtml('Backup, and how to go back', `${place}, made ${made.createdAt}`, made.wayBack);
}

function wayBackFindings({ rollback }: UpgradeReport): string {
  return table(
    'Findings of going back',
    rollback?.summary ?? '',
    ['Weight', 'Code', 'What, and what to do'],
    (rollback?.findings ?? []).map(({ severity, weight, code, message, remedy, source }) => [
      `<span class="${severity}">${weight}</span>`,
      `<code>${escapeHtml(code)}</code>`,
      `<p>${escapeHtml(message)}</p><p>➜ ${escapeHtml(remedy)}${sourceLink(source)}</p>`,
    ]),
  );
}

function restored({ restored: items }: UpgradeReport): string {
  return table(
    'Put back, and what stays',
    'By going back',
    ['Object', 'Action', 'Why'],
    items.map(({ object, action, why }) => [`<code>${escapeHtml(object)}</code>`, action, escapeHtml(why)]),
  );
}
