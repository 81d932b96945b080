import type { Disruption } from '../../connectivity/monitor/disruption.js';
import { clockTime } from '../../connectivity/monitor/judge-readings.js';
import { describePath } from '../../connectivity/monitor/read-gaps.js';
import type { PathReading, StageTime } from '../../connectivity/monitor/types.js';
import { formatDuration } from '../plan/format-duration.js';
import { count, displayWidth, singleLine } from '../text.js';

const COLUMNS = 60;
/** Paths that are shown, the worst first. */
export const MOST_PATHS = 12;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Paths that had a gap or a reset, the worst first. Pure. */
export function worstPaths({ paths }: Disruption): readonly PathReading[] {
  return paths
    .filter(({ gaps, resets }) => gaps.length > 0 || resets.length > 0)
    .toSorted((left, right) => (right.longest?.ms ?? 0) - (left.longest?.ms ?? 0));
}

/** The longest time without an answer, where, when, and what was being changed, in one sentence. Pure. */
export function sayLongestGap({ longest, paths }: Disruption): string {
  if (longest === null)
    return 'No connection could be held: what the upgrade does to traffic was not measured.';
  const { path, ms, startedAt, stage, changedNodes, isOpen } = longest;
  const during = stage === null ? '' : `, during ${stage.stage}: ${stage.title}`;
  const changed = changedNodes.length === 0 ? '' : ` (${changedNodes.join(' and ')} was being changed)`;
  const still = isOpen ? ', and there was no answer yet at the end' : '';
  const resets = paths.reduce((sum, one) => sum + one.resets.length, 0);
  const gone = resets === 0 ? 'none was reset' : `${count(resets, 'connection')} reset`;
  return singleLine(
    `Longest gap of ${count(paths.length, 'held connection')}: ${ms} ms, ${describePath(path)}, from ${clockTime(startedAt)}${during}${changed}${still}; ${gone}.`,
  );
}

/**
 * The stages, and below them the gaps of the paths that had some, as lines of text; for a terminal, and between fences
 * for Markdown. Pure.
 */
export function renderDisruptionTimeline(disruption: Disruption): readonly string[] {
  const { startedAt, endedAt, stages } = disruption;
  const worst = worstPaths(disruption);
  const shown = worst.slice(0, MOST_PATHS);
  const labels = ['stage', ...shown.map(({ path }) => singleLine(describePath(path)))];
  const width = Math.max(...labels.map(displayWidth));
  const row = (label: string, cells: string, note: string): string =>
    `${label}${' '.repeat(width - displayWidth(label))}  ${cells}  ${note}`.trimEnd();
  const more = worst.length - shown.length;
  return [
    row(
      'stage',
      draw(disruption, (from, to) => stageMark(stages, from, to)),
      '',
    ),
    ...shown.map((reading, at) => {
      const cells = draw(disruption, (from, to) => gapMark(reading, from, to));
      return row(labels[at + 1] ?? '', cells, noteOf(reading));
    }),
    ...(more > 0 ? [`… and ${count(more, 'more path')} with gaps`] : []),
    `${clockTime(startedAt)} to ${clockTime(endedAt)}, ${formatDuration((endedAt - startedAt) / 1000)}: ▂ below 0.5 s, ▄ below 2 s, █ longer, × reset`,
    ...stages.map(({ title, stage, nodes }, at) => {
      const where =
        nodes.length === 0 ? '' : ` [${nodes.slice(0, 5).join(', ')}${nodes.length > 5 ? ', …' : ''}]`;
      return singleLine(`${LETTERS[at % LETTERS.length] ?? ''} ${stage}: ${title}${where}`);
    }),
  ];
}

function draw({ startedAt, endedAt }: Disruption, mark: (from: number, to: number) => string): string {
  const step = Math.max(1, endedAt - startedAt) / COLUMNS;
  return Array.from({ length: COLUMNS }, (_, at) => {
    return mark(startedAt + at * step, startedAt + (at + 1) * step);
  }).join('');
}

function stageMark(stages: readonly StageTime[], from: number, to: number): string {
  const at = stages.findIndex(({ startedAt, endedAt }) => startedAt < to && endedAt > from);
  return at === -1 ? ' ' : (LETTERS[at % LETTERS.length] ?? ' ');
}

function gapMark({ gaps, resets }: PathReading, from: number, to: number): string {
  if (resets.some((at) => at >= from && at < to)) return '×';
  const touching = gaps.filter(({ startedAt, ms }) => startedAt < to && startedAt + ms >= from);
  const longest = Math.max(0, ...touching.map(({ ms }) => ms));
  if (longest === 0) return '·';
  if (longest < 500) return '▂';
  return longest < 2000 ? '▄' : '█';
}

function noteOf({ longest, lost, reordered, resets }: PathReading): string {
  const counts = [
    [lost, 'lost'],
    [reordered, 'reordered'],
    [resets.length, 'reset'],
  ] as const;
  const said = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  return [`${longest?.ms ?? 0} ms`, ...said].join(', ');
}
