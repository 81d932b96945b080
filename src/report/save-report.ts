import { ActionError, InputError } from '../errors.js';
import type { Reporter } from '../ports/reporter.js';
import type { ReportStore } from '../ports/report-store.js';
import type { MarkdownLinks } from './markdown-sections.js';
import type { TerminalOptions } from './terminal-paint.js';

/** Where a report about a cluster goes. */
export interface ReportPublication {
  readonly reporter: Reporter;
  readonly store: ReportStore;
  readonly links: MarkdownLinks;
  readonly terminal: TerminalOptions;
}

/**
 * Writes a file of a report; one that cannot be written is a warning.
 * @returns whether it was written
 * @throws InputError where the report directory cannot be one
 */
export function saveReport(name: string, content: string, { store, reporter }: ReportPublication): boolean {
  try {
    store.write(name, content);
    return true;
  } catch (error) {
    if (error instanceof InputError || !(error instanceof ActionError)) throw error;
    reporter.warning(`${error.message} ${error.remedy}`);
    return false;
  }
}
