import type { Disruption } from '../../connectivity/monitor/disruption.js';
import { clockTime } from '../../connectivity/monitor/judge-readings.js';
import { describePath } from '../../connectivity/monitor/read-gaps.js';
import { escapeHtml } from '../markup.js';
import { MOST_PATHS, worstPaths } from './disruption-timeline.js';

const LEFT = 330;
const WIDTH = 900;
const ROW = 24;

/**
 * The stages, and below them the gaps of the paths that had some, as an SVG for the page. It has no style of its own, and
 * says in titles and labels all that it shows by place and colour. Pure.
 */
export function renderDisruptionPicture(disruption: Disruption): string {
  const { startedAt, endedAt, stages } = disruption;
  const scale = (WIDTH - LEFT) / Math.max(1, endedAt - startedAt);
  const paths = worstPaths(disruption).slice(0, MOST_PATHS);
  const bar = (start: number, ms: number, row: number, look: string, title: string): string => {
    const x = LEFT + Math.max(0, start - startedAt) * scale;
    return `<rect x="${x.toFixed(1)}" y="${row * ROW + 3}" width="${Math.max(2, ms * scale).toFixed(1)}" height="${ROW - 6}" ${look}><title>${escapeHtml(title)}</title></rect>`;
  };
  const label = (row: number, text: string): string =>
    `<text x="0" y="${row * ROW + 16}" font-size="13" fill="currentColor">${escapeHtml(text)}</text>`;
  const parts = [
    label(0, 'Stages'),
    ...stages.map(({ stage, title, startedAt: from, endedAt: to }, at) => {
      const look = `fill="currentColor" fill-opacity="${at % 2 === 0 ? 0.25 : 0.4}"`;
      return bar(from, to - from, 0, look, `${stage}: ${title}, ${clockTime(from)} to ${clockTime(to)}`);
    }),
    ...paths.flatMap(({ path, gaps, resets, longest }, at) => [
      label(at + 1, `${describePath(path)}: ${longest?.ms ?? 0} ms`),
      ...gaps.map(({ startedAt: from, ms }) =>
        bar(from, ms, at + 1, 'fill="#b42318"', `no answer for ${ms} ms from ${clockTime(from)}`),
      ),
      ...resets.map((when) => bar(when, 0, at + 1, 'fill="#8250df"', `reset at ${clockTime(when)}`)),
    ]),
  ];
  const height = (paths.length + 1) * ROW;
  return `<svg role="img" aria-label="Gaps of held connections under the stages" viewBox="0 0 ${WIDTH} ${height}" width="100%">${parts.join('')}</svg>`;
}
