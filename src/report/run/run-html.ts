import { table } from '../html-page.js';
import { escapeHtml } from '../markup.js';
import { formatDuration } from '../plan/format-duration.js';
import { singleLine } from '../text.js';
import type { PartStep } from './report-step.js';
import type { WayBack } from './way-back.js';

const WIDTH = 400;

/** What to do now, before anything else. */
export function nextHtml(next: string): string {
  return next === '' ? '' : `<p><strong>Now:</strong> ${escapeHtml(next)}</p>\n`;
}

/** The steps with a bar each: when it was under way. */
export function timelineHtml(steps: readonly PartStep[]): string {
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  const scale = total === 0 ? 0 : WIDTH / total;
  let start = 0;
  const rows = steps.map(({ hop, stage, title, outcome, written, seconds, reason }) => {
    const bar = `<svg width="${WIDTH}" height="12" role="img" aria-label="${seconds} s"><rect class="${outcome}" x="${(start * scale).toFixed(1)}" width="${Math.max(1, seconds * scale).toFixed(1)}" height="12"/></svg>`;
    start += seconds;
    const why = reason === '' ? '' : `<p>${escapeHtml(reason)}</p>`;
    const sign = outcome === 'done' ? outcome : `<span class="error">${outcome}</span>`;
    return [
      escapeHtml(`${hop}, ${stage}: ${title}`),
      `${sign}${why}`,
      String(written),
      formatDuration(seconds),
      bar,
    ];
  });
  const headings = ['Step', 'Outcome', 'Written', 'Time', 'When'];
  return table('Timeline', `Steps in their order, ${formatDuration(total)} in all`, headings, rows);
}

/** What the cluster says about what failed, to be unfolded. */
export function evidenceHtml(steps: readonly PartStep[]): string {
  const all = steps.flatMap(({ evidence }) => evidence);
  if (all.length === 0) return '';
  const parts = all.map(({ title, lines }) => {
    const text = lines.map((line) => escapeHtml(singleLine(line))).join('\n');
    return `<details>\n<summary>${escapeHtml(title)}</summary>\n<pre>${text}</pre>\n</details>\n`;
  });
  return `<section>\n<h2>What the cluster says about it</h2>\n${parts.join('')}</section>\n`;
}

/** How to have a backup put back. */
export function wayBackHtml(title: string, about: string, { command, inputs }: WayBack): string {
  const lines = Object.entries(inputs).map(([name, value]) => `  ${name}: ${value}`);
  return `<section>
<h2>${escapeHtml(title)}</h2>
<p>${escapeHtml(about)}</p>
<p>On a terminal:</p>
<pre>${escapeHtml(singleLine(command))}</pre>
<p>In a workflow:</p>
<pre>${escapeHtml(['with:', ...lines.map(singleLine)].join('\n'))}</pre>
</section>
`;
}
