import { publishClusterReport, type ReportPublication } from '../publish-cluster-report.js';
import { renderRollbackHtml, renderRollbackJunit } from './rollback-pages.js';
import type { RollbackReport } from './rollback-report.js';
import { renderRollbackSummary } from './rollback-summary.js';
import { renderRollbackTerminal } from './rollback-terminal.js';

/** Gives a rollback in every form. @throws InputError where the report directory cannot be one */
export function publishRollback(report: RollbackReport, to: ReportPublication): Promise<void> {
  const forms = {
    junit: renderRollbackJunit(report),
    html: renderRollbackHtml(report),
    summary: renderRollbackSummary(report, to.links),
    terminal: renderRollbackTerminal(report, to.terminal),
    calicoAfter: report.calicoAfter ?? '',
    backupArtifact: '',
  };
  return publishClusterReport(report, forms, to);
}
