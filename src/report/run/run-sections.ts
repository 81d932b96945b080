import type { Section } from '../fit.js';
import { code, escapeMarkdown } from '../markdown.js';
import { escapeHtml } from '../markup.js';
import { formatDuration } from '../plan/format-duration.js';
import { fixed, fold, list } from '../sections.js';
import { singleLine } from '../text.js';
import { renderGantt } from './gantt.js';
import type { PartStep } from './report-step.js';
import type { WayBack } from './way-back.js';

/** A run stops at the first; going back may fail once more. */
const MOST_FAILURES = 4;

/** What was begun and not done, with what the cluster says about it to be unfolded. */
export function failureSections(steps: readonly PartStep[]): readonly Section[] {
  return steps
    .filter(({ outcome }) => outcome !== 'done')
    .slice(-MOST_FAILURES)
    .flatMap(({ hop, stage, title, seconds, outcome, reason, evidence }) => [
      fixed(
        `\n### ${outcome === 'failed' ? 'What failed' : 'Where it was stopped'}\n\n` +
          `**${escapeMarkdown(`${hop}, ${stage}: ${title}`)}** after ${formatDuration(seconds)}: ${escapeMarkdown(reason)}\n`,
      ),
      ...evidence.map(({ title: name, lines }): Section => ({
        head: `\n<details><summary>${escapeHtml(singleLine(name))} (${lines.length} lines)</summary>\n\n<pre>\n`,
        rows: lines.map((line) => `${escapeHtml(singleLine(line))}\n`),
        more: (cut) => `… and ${cut} more lines; report.json has all\n`,
        foot: '</pre>\n\n</details>\n',
        rank: 3,
      })),
    ]);
}

/** When what was under way, and all steps to be unfolded. */
export function timelineSections(steps: readonly PartStep[]): readonly Section[] {
  if (steps.length === 0) return [];
  return [fixed(`\n### Timeline\n\n${renderGantt(steps)}`), fold(list('All steps', 4, steps.map(stepRow)))];
}

function stepRow({ hop, stage, title, outcome, written, seconds }: PartStep): string {
  const sign = outcome === 'done' ? '✅' : '⛔';
  return `- ${sign} ${escapeMarkdown(`${hop}, ${stage}: ${title}`)} (${written} written, ${formatDuration(seconds)})\n`;
}

/** How to have a backup put back: on a terminal, and in a workflow. */
export function wayBackSection(title: string, about: string, { command, inputs }: WayBack): Section {
  const lines = Object.entries(inputs).map(([name, value]) => `  ${name}: ${yaml(value)}`);
  return fixed(
    `\n### ${title}\n\n${about}\n\nOn a terminal:\n\n${block('sh', command)}\n` +
      `In a workflow (\`workflow_dispatch\`):\n\n${block('yaml', ['with:', ...lines].join('\n'))}`,
  );
}

/** Nothing in it ends it: what could is a name that a user chose. */
function block(language: string, text: string): string {
  const shown = text.split('\n').map(singleLine).join('\n').replaceAll('`', '’');
  return `\`\`\`${language}\n${shown}\n\`\`\`\n`;
}

function yaml(value: string): string {
  return /^[\w./$][\w./${} -]*$/.test(value) && !/^\d+$/.test(value) ? value : JSON.stringify(value);
}

/** Versions before and after, as a table. */
export function versionsTable(
  rows: readonly (readonly [what: string, before: string, after: string])[],
): string {
  const cells = rows.map(
    ([what, before, after]) => `| ${what} | ${code(before || 'unknown')} | ${code(after || 'unknown')} |\n`,
  );
  return `\n| | Before | After |\n|---|---|---|\n${cells.join('')}`;
}
