import type { Disruption } from '../../connectivity/monitor/disruption.js';
import { escapeMarkdown } from '../markdown.js';
import { escapeHtml } from '../markup.js';
import { renderDisruptionPicture } from './disruption-picture.js';
import { renderDisruptionTimeline, sayLongestGap } from './disruption-timeline.js';

/** Gaps that the report keeps: of all, and of each path; the longest ones. */
const MOST_GAPS = 200;
const MOST_OF_PATH = 20;

/** A disruption as report.json has it: a network that was noisy for hours would fill it. Pure. */
export function reportDisruption(disruption: Disruption): Disruption {
  return {
    ...disruption,
    gaps: disruption.gaps.slice(0, MOST_GAPS),
    paths: disruption.paths.map((path) => ({
      ...path,
      gaps: path.gaps
        .toSorted((left, right) => right.ms - left.ms)
        .slice(0, MOST_OF_PATH)
        .toSorted((left, right) => left.startedAt - right.startedAt),
    })),
  };
}

/** A disruption as lines for a terminal. Pure. */
export function renderDisruptionTerminal(disruption: Disruption): readonly string[] {
  const { paths, unmeasured } = disruption;
  const timeline = paths.length === 0 ? [] : ['', ...renderDisruptionTimeline(disruption)];
  return [sayLongestGap(disruption), ...unmeasured.slice(0, MOST_OF_PATH), ...timeline];
}

/** A disruption as Markdown below a heading. Names in it are nodes' and stages'; no fence can be in them. Pure. */
export function renderDisruptionMarkdown(disruption: Disruption): string {
  const { paths, unmeasured } = disruption;
  const left = unmeasured.slice(0, MOST_OF_PATH).map((text) => `- ${escapeMarkdown(text)}\n`);
  const timeline =
    paths.length === 0 ? '' : `\n\`\`\`text\n${renderDisruptionTimeline(disruption).join('\n')}\n\`\`\`\n`;
  return `${escapeMarkdown(sayLongestGap(disruption))}\n${left.length === 0 ? '' : `\n${left.join('')}`}${timeline}`;
}

/** A disruption as a section of the page. Pure. */
export function renderDisruptionHtml(disruption: Disruption): string {
  const left = disruption.unmeasured.slice(0, MOST_OF_PATH).map((text) => `<p>${escapeHtml(text)}</p>\n`);
  const picture = disruption.paths.length === 0 ? '' : `${renderDisruptionPicture(disruption)}\n`;
  const said = `<p>${escapeHtml(sayLongestGap(disruption))}</p>\n`;
  return `<section>\n<h2>Disruption</h2>\n${said}${left.join('')}${picture}</section>\n`;
}
