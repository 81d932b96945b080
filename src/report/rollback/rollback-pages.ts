import { renderPage, sourceLink, table } from '../html-page.js';
import { renderSuites, type TestCase } from '../junit-suites.js';
import { escapeHtml } from '../markup.js';
import {
  hasFailed,
  type ReportRollbackFinding,
  type ReportStep,
  type RollbackReport,
} from './rollback-report.js';

/** A rollback as one HTML page that loads nothing and runs nothing. */
export function renderRollbackHtml(report: RollbackReport): string {
  return renderPage({
    title: report.mode === 'plan' ? 'Calico rollback plan' : 'Calico rollback',
    verdict: report.summary,
    isFailure: hasFailed(report),
    body: [
      report.wayOut === '' ? '' : `<p>${escapeHtml(report.wayOut)}</p>`,
      table(
        'Findings',
        'What stops it, and what to know',
        ['Weight', 'Code', 'What, and what to do'],
        report.findings.map(findingCells),
      ),
      table(
        'Steps',
        'What was done',
        ['Step', 'Outcome', 'Written', 'Seconds', 'Why'],
        report.stages.map(stepCells),
      ),
      table(
        'Objects',
        'What is written, and what stays as it is',
        ['Object', 'Action', 'Fields', 'Why'],
        report.restored.map(({ object, action, fields, why }) => [
          `<code>${escapeHtml(object)}</code>`,
          action,
          fields
            .map(
              ({ field, before, after }) =>
                `<p><code>${escapeHtml(field)}</code>: ${escapeHtml(before)} → ${escapeHtml(after)}</p>`,
            )
            .join(''),
          escapeHtml(why),
        ]),
      ),
    ].join(''),
  });
}

function findingCells({ severity, weight, code, message, remedy, source }: ReportRollbackFinding): string[] {
  return [
    `<span class="${severity}">${weight}</span>`,
    `<code>${escapeHtml(code)}</code>`,
    `<p>${escapeHtml(message)}</p><p>➜ ${escapeHtml(remedy)}${sourceLink(source)}</p>`,
  ];
}

function stepCells({ stage, title, outcome, written, seconds, reason }: ReportStep): string[] {
  return [escapeHtml(`${stage}: ${title}`), outcome, String(written), String(seconds), escapeHtml(reason)];
}

/** A rollback as JUnit XML: a test for each step and each finding. */
export function renderRollbackJunit(report: RollbackReport): string {
  const whole: TestCase = {
    name: report.mode === 'plan' ? 'rollback plan' : 'rollback',
    path: '',
    failures: hasFailed(report)
      ? [{ type: report.result, message: report.summary, text: `${report.summary}\n${report.wayOut}` }]
      : [],
    skipped: null,
    output: report.summary,
  };
  const steps = report.stages.map(({ stage, title, outcome, reason }): TestCase => ({
    name: `${stage}: ${title}`,
    path: '',
    failures: outcome === 'done' ? [] : [{ type: outcome, message: reason, text: reason }],
    skipped: null,
    output: '',
  }));
  return renderSuites(
    new Map([[report.cluster.server, [whole, ...steps, ...report.findings.map(findingCase)]]]),
  );
}

function findingCase({ code, severity, weight, message, remedy }: ReportRollbackFinding): TestCase {
  const text = `${message}\n${remedy}`;
  return {
    name: `${code}: ${message}`,
    path: '',
    failures: severity === 'error' ? [{ type: code, message, text }] : [],
    skipped: null,
    output: severity === 'error' ? '' : `${weight}: ${text}`,
  };
}
