import type { PullRequest } from '../ports/pull-request.js';
import type { Reporter } from '../ports/reporter.js';
import type { ReportStore } from '../ports/report-store.js';
import { InputError, ActionError } from '../errors.js';
import { chooseAnnotations } from './annotations.js';
import { commentMarker, renderComment, shouldComment, type CommentMode } from './comment.js';
import { renderHtml } from './html.js';
import { renderJson } from './json.js';
import { renderJunit } from './junit.js';
import type { MarkdownLinks } from './markdown-sections.js';
import { outputsOf } from './outputs.js';
import type { Report } from './report.js';
import { renderSarif } from './sarif.js';
import { renderSummary } from './summary.js';
import { renderTerminal } from './terminal.js';
import type { TerminalOptions } from './terminal-paint.js';

/** Where a report goes. */
export interface Publication {
  readonly reporter: Reporter;
  readonly store: ReportStore;
  /** null where there is none to comment on, or the token may not. */
  readonly pullRequest: PullRequest | null;
  readonly commentMode: CommentMode;
  /** Tells the comments of several checks on one pull request apart. */
  readonly scope: string;
  readonly links: MarkdownLinks;
  /** Where the findings are explained; null where unknown. */
  readonly docsUrl: string | null;
  /** Version of this program, for SARIF. */
  readonly toolVersion: string;
  readonly terminal: TerminalOptions;
}

/**
 * Gives a report in every form. What cannot be written or sent is a warning and never changes the verdict.
 *
 * @throws InputError where the report directory cannot be one
 */
export async function publishReport(report: Report, to: Publication): Promise<void> {
  const { reporter, docsUrl } = to;
  const sarif = renderSarif(report, { toolVersion: to.toolVersion, docsUrl, withIgnored: false });
  const reportFile = save(to, 'report.json', renderJson(report));
  const sarifFile = save(to, 'findings.sarif', sarif);
  save(to, 'junit.xml', renderJunit(report));
  save(to, 'report.html', renderHtml(report));
  reporter.setOutputs(outputsOf(report, { reportDir: reportFile && to.store.directory, sarifFile }));
  const { annotations, leftOut } = chooseAnnotations(report);
  reporter.annotate(annotations);
  if (leftOut !== null) reporter.info(leftOut);
  await reporter.writeSummary(renderSummary(report, to.links));
  await comment(report, to);
  reporter.info(renderTerminal(report, to.terminal));
}

function save({ store, reporter }: Publication, name: string, content: string): string | null {
  try {
    return store.write(name, content);
  } catch (error) {
    if (error instanceof InputError || !(error instanceof ActionError)) throw error;
    reporter.warning(`${error.message} ${error.remedy}`);
    return null;
  }
}

async function comment(
  report: Report,
  { pullRequest, commentMode, scope, links, reporter }: Publication,
): Promise<void> {
  if (!pullRequest || commentMode === 'never') return;
  const marker = commentMarker(scope);
  try {
    const ifMissing = shouldComment(commentMode, report) ? 'create' : 'skip';
    await pullRequest.upsertComment(renderComment(report, marker, links), marker, ifMissing);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    reporter.warning(`${error.message} ${error.remedy}`);
  }
}
