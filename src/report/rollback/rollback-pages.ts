import { renderPage, sourceLink, table } from '../html-page.js';
import { renderSuites, type TestCase } from '../junit-suites.js';
import { escapeHtml } from '../markup.js';
import { evidenceHtml, nextHtml, timelineHtml, wayBackHtml } from '../run/run-html.js';
import { probesHtml } from '../run/probe-html.js';
import { probeSuites } from '../run/probe-junit.js';
import { stepSuites } from '../run/run-junit.js';
import { byHandHtml } from './by-hand-forms.js';
import { hasFailed, type ReportRollbackFinding, type RollbackReport } from './rollback-report.js';

/** A rollback as one HTML page that loads nothing and runs nothing. */
export function renderRollbackHtml(report: RollbackReport): string {
  return renderPage({
    title: report.mode === 'plan' ? 'Calico rollback plan' : 'Calico rollback',
    verdict: report.summary,
    isFailure: hasFailed(report),
    body: [
      nextHtml(report.next),
      timelineHtml(report.stages),
      evidenceHtml(report.stages),
      probesHtml(report.probes),
      report.again === null
        ? ''
        : wayBackHtml(
            'How to go on',
            'The same run once more goes on from where this one stopped.',
            report.again,
          ),
      byHandHtml(report.byHand),
      table(
        'Findings',
        'What stops it, and what to know',
        ['Weight', 'Code', 'What, and what to do'],
        report.findings.map(findingCells),
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

/** A rollback as JUnit XML: a test for each stage, step and finding, and each path of the network test. */
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
  return renderSuites(
    new Map([
      [report.cluster.server, [whole, ...report.findings.map(findingCase)]],
      ...stepSuites(report.cluster.server, report.stages),
      ...probeSuites(report.cluster.server, report.probes),
    ]),
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
