import { fitSections } from './fit.js';
import { type MarkdownLinks, markdownSections } from './markdown-sections.js';
import type { Report } from './report.js';

/**
 * The largest summary of a step in bytes of UTF-8, with some left for the line end that the writer adds: GitHub drops a
 * larger one whole.
 * @see https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits
 */
export const SUMMARY_LIMIT_BYTES = 1024 * 1024 - 256;

/** The report as Markdown for the summary of the job, cut to what GitHub takes: the worst is kept, the rest counted. */
export function renderSummary(
  report: Report,
  links: MarkdownLinks,
  limitBytes: number = SUMMARY_LIMIT_BYTES,
): string {
  return fitSections(markdownSections(report, links), limitBytes, (text) => Buffer.byteLength(text));
}
