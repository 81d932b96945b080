import { fitSections, type Section } from './fit.js';
import { type MarkdownLinks, markdownSections } from './markdown-sections.js';
import type { Report } from './report.js';
import { isFailure } from './verdict.js';

/** The longest comment that GitHub takes, in characters. */
export const COMMENT_LIMIT = 65_536;

/** When a pull request gets a comment. */
export type CommentMode = 'always' | 'on-failure' | 'never';

/** Whether the report is to be written as a comment. */
export function shouldComment(mode: CommentMode, report: Report): boolean {
  return mode === 'always' || (mode === 'on-failure' && isFailure(report.result));
}

/**
 * The hidden text by which a comment is found again. Steps that judge different things on one pull request, and so need
 * a comment each, differ in `scope`: the directory they scan.
 */
export function commentMarker(scope: string): string {
  const key = encodeURIComponent(scope.replace(/\p{Surrogate}/gu, '')).replaceAll('-', '%2D');
  return `<!-- calico-upgrade-action:check ${key} -->`;
}

/** The report as a comment that begins with the marker, cut to what GitHub takes: the worst is kept, the rest counted. */
export function renderComment(
  report: Report,
  marker: string,
  links: MarkdownLinks,
  limit: number = COMMENT_LIMIT,
): string {
  const first: Section = { head: `${marker}\n`, rows: [], more: () => '', foot: '', rank: 0 };
  return fitSections([first, ...markdownSections(report, links)], limit, (text) => text.length);
}
